/** A condition as the server has it (`Tree`) and as the editor holds it (`Part`): groups that can be turned round. */

import type { Field, Operator } from './api'

export interface LeafTree {
  field: string
  op: string
  value: unknown
}
/** How many related rows: `within` is how far back, `where` what must hold of each. */
export interface RelatedValue {
  count: number
  within: { amount: number; unit: string } | null
  where: LeafTree[]
}
export type Tree = { all: Tree[] } | { any: Tree[] } | { not: Tree } | LeafTree

/** What narrows a list beside its own filters. */
export interface Narrowing {
  /** A condition as JSON. */
  condition: string
  /** A saved view. */
  savedId: number | null
}

export interface LeafPart extends LeafTree {
  kind: 'leaf'
  key: number
}
export interface GroupPart {
  kind: 'group'
  key: number
  joint: 'all' | 'any'
  negated: boolean
  parts: Part[]
}
export type Part = LeafPart | GroupPart

export const MOST_DEEP = 4
let keys = 0
const key = () => (keys += 1)

export function group(joint: 'all' | 'any', parts: Part[], negated = false): GroupPart {
  return { kind: 'group', key: key(), joint, negated, parts }
}

/** The first question that can be asked of a field. */
export function leafOf(field: Field): LeafPart {
  const operator = field.operators[0]
  return {
    kind: 'leaf',
    key: key(),
    field: field.key,
    op: operator?.key ?? '',
    value: operator?.takes === 'one' ? (field.choices[0]?.value ?? null) : operator ? blank(operator) : null,
  }
}

/** What stands in a value before anybody has said anything. */
export function blank(operator: Operator): unknown {
  switch (operator.takes) {
    case 'text':
      return ''
    case 'several':
      return []
    case 'length':
    case 'working_length':
      return { amount: 1, unit: 'hours' }
    case 'span':
      return 'today'
    case 'truth':
      return true
    case 'two_numbers':
      return [0, 0]
    case 'related':
      return { count: 1, within: null, where: [] }
    case 'number':
      return 0
    default:
      return null
  }
}

export function partOf(tree: Tree): Part {
  if ('not' in tree) {
    const inner = partOf(tree.not)
    return inner.kind === 'group' && !inner.negated
      ? { ...inner, negated: true }
      : group('all', [inner], true)
  }
  if ('all' in tree) return group('all', tree.all.map(partOf))
  if ('any' in tree) return group('any', tree.any.map(partOf))
  return { kind: 'leaf', key: key(), field: tree.field, op: tree.op, value: tree.value }
}

/** A whole condition as one group, which the editor always shows. */
export function rootOf(tree: Tree | null): GroupPart {
  if (tree === null) return group('all', [])
  const part = partOf(tree)
  return part.kind === 'group' ? part : group('all', [part])
}

export function treeOf(part: Part): Tree {
  if (part.kind === 'leaf') return { field: part.field, op: part.op, value: part.value }
  const inner = part.parts.map(treeOf)
  // `any` of nothing is refused, and means nothing: an empty group is one that always holds.
  const tree: Tree = part.joint === 'any' && inner.length > 0 ? { any: inner } : { all: inner }
  return part.negated ? { not: tree } : tree
}

/** The server's path of each part, so that what it says of a leaf stands beside it. */
export function pathsOf(part: Part, path = ''): Map<number, string> {
  const found = new Map([[part.key, path]])
  if (part.kind === 'leaf') return found
  const before = [path, part.negated ? 'not' : '', part.joint].filter((step) => step !== '').join('.')
  part.parts.forEach((inner, index) => {
    for (const [at, where] of pathsOf(inner, `${before}.${String(index)}`)) found.set(at, where)
  })
  return found
}

/** Paths of values that nobody has given yet. */
export function unfilled(part: Part, paths: Map<number, string>): string[] {
  if (part.kind === 'group') return part.parts.flatMap((inner) => unfilled(inner, paths))
  const { value } = part
  const isOpen = value === null || value === '' || (Array.isArray(value) && value.length === 0)
  const path = paths.get(part.key) ?? ''
  return isOpen ? [path === '' ? 'value' : `${path}.value`] : []
}

/** What is wrong with the leaf at a path, whichever part of it. */
export function faultAt(faults: Record<string, string>, path: string | undefined): string {
  if (path === undefined) return ''
  const found = Object.entries(faults).find(([where]) =>
    ['field', 'op', 'value'].some((part) => where === (path === '' ? part : `${path}.${part}`)),
  )
  return found?.[1] ?? ''
}

/** A tree from the address, or nothing when it is none. */
export function readTree(text: string): Tree | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Tree) : null
  } catch {
    return null
  }
}
