/** The editor's parts and the server's tree are the same condition, and faults stand beside the leaf they name. */

import { describe, expect, it } from 'vitest'

import {
  faultAt,
  group,
  partOf,
  pathsOf,
  readTree,
  rootOf,
  treeOf,
  unfilled,
  type LeafPart,
  type Tree,
} from '@/features/conditions/tree'

const OPEN = { field: 'status', op: 'is', value: 'open' }
const WAITS = { field: 'waiting', op: 'longer_than', value: { amount: 2, unit: 'hours' } }
const NAMED = { field: 'contact_name', op: 'contains', value: '' }
const NESTED: Tree = { all: [OPEN, { not: { any: [WAITS, { all: [OPEN, NAMED] }] } }] }

describe('a condition in the editor', () => {
  it('comes out as it went in', () => {
    expect(treeOf(rootOf(NESTED))).toEqual(NESTED)
    expect(treeOf(rootOf({ not: { all: [OPEN] } }))).toEqual({ not: { all: [OPEN] } })
  })

  it('is one group, whatever it was', () => {
    expect(treeOf(rootOf(OPEN))).toEqual({ all: [OPEN] })
    expect(treeOf(rootOf(null))).toEqual({ all: [] })
    expect(treeOf(rootOf({ not: OPEN }))).toEqual({ not: { all: [OPEN] } })
    expect(treeOf(rootOf({ not: { not: { any: [OPEN] } } }))).toEqual({
      not: { all: [{ not: { any: [OPEN] } }] },
    })
  })

  it('never sends an empty choice, which would be refused', () => {
    expect(treeOf(group('any', []))).toEqual({ all: [] })
  })

  it('knows where the server sees each leaf', () => {
    const root = rootOf(NESTED)
    const paths = pathsOf(root)
    const faults = { 'all.1.not.any.1.all.1.value': '请填文字' }
    const told = [...paths.values()].filter((path) => faultAt(faults, path) !== '')
    expect(told).toEqual(['all.1.not.any.1.all.1'])
    expect(unfilled(root, paths)).toEqual(['all.1.not.any.1.all.1.value'])
    const single = partOf(NAMED) as LeafPart
    expect(faultAt({ value: '请填文字' }, pathsOf(single).get(single.key))).toBe('请填文字')
  })

  it('takes nothing from an address that holds none', () => {
    expect(readTree('')).toBeNull()
    expect(readTree('{"all":')).toBeNull()
    expect(readTree('7')).toBeNull()
    expect(readTree(JSON.stringify(NESTED))).toEqual(NESTED)
  })
})
