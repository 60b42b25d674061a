/** What a number opens, how a change reads, what an address means. */

import { describe, expect, it } from 'vitest'

import type { Figures, SpanFigures } from '@/features/figures/api'
import {
  changeOf,
  conditionOf,
  doorOf,
  FIRST_VIEW,
  fromAddress,
  grainOf,
  shown,
  toAddress,
} from '@/features/figures/figuresModel'
import { readTree } from '@/features/conditions/tree'

const leaf = (field: string, op: string, value: unknown = null) => ({ field, op, value })
const SINCE = leaf('opened_at', 'after', 'a')

function span(value: number | null, over: Partial<SpanFigures> = {}): SpanFigures {
  return {
    during: [SINCE],
    total: { at: [], value, count: value ?? 0, part: null },
    axes: [],
    cells: [],
    ...over,
  }
}

function figures(over: Partial<Figures> = {}): Figures {
  return {
    key: 'arrivals',
    title: '受理量',
    unit: 'rows',
    good: 'down',
    additivity: 'sum',
    empty: 'zero',
    version: 1,
    subject: 'service_request',
    rows: [leaf('status', 'any_of', ['new'])],
    part: null,
    now: span(12),
    before: null,
    ...over,
  }
}

const DAY = {
  split: 'day',
  label: '日期',
  places: [{ key: '2026-11-20T16:00:00Z', label: '2026-11-21', rows: [leaf('opened_at', 'after', 'b')] }],
}
const TEAM = {
  split: 'team',
  label: '小组',
  places: [
    { key: '7', label: '宽带组', rows: [leaf('team', 'is', 7)] },
    { key: '8', label: '不在您可见范围内', rows: null },
  ],
}

describe('the condition of a number', () => {
  it('is that of the rows and the whole span for the total', () => {
    const each = figures()
    expect(JSON.parse(conditionOf(each, each.now, each.now.total) ?? '')).toEqual({
      all: [...each.rows, SINCE],
    })
  })

  it('takes its day in place of the span, and its team beside it', () => {
    const now = span(3, {
      axes: [DAY, TEAM],
      cells: [{ at: [0, 0], value: 3, count: 3, part: null }],
    })
    const each = figures({ now })
    const parts = JSON.parse(conditionOf(each, now, { at: [0, 0], value: 3, count: 3, part: null }) ?? '')
    expect(parts.all.slice(1)).toEqual([leaf('opened_at', 'after', 'b'), leaf('team', 'is', 7)])
  })

  it('keeps the span where no axis is one of time', () => {
    const now = span(3, { axes: [TEAM] })
    const each = figures({ now })
    const parts = JSON.parse(conditionOf(each, now, { at: [0], value: 3, count: 3, part: null }) ?? '')
    expect(parts.all.slice(1)).toEqual([SINCE, leaf('team', 'is', 7)])
  })

  it('is none where the reader may not ask for the place', () => {
    const now = span(3, { axes: [TEAM] })
    const each = figures({ now })
    expect(doorOf(each, now, { at: [1], value: 1, count: 1, part: null })).toBeNull()
  })

  it.each([
    ['service_request', 'workbench'],
    ['inbound_item', 'listener'],
    ['reply', 'replies'],
  ])('of %s leads to the page %s', (subject, name) => {
    const each = figures({ subject })
    expect(doorOf(each, each.now, each.now.total)).toMatchObject({ name })
  })
})

describe('a change', () => {
  it('says which way, how far, and whether that is good', () => {
    const change = changeOf(figures({ before: span(10) }), 'zh-CN')
    expect(change).toEqual({ way: 'up', good: false, by: '20%' })
  })

  it('is neither good nor bad where no way is, or where nothing changed', () => {
    expect(changeOf(figures({ good: 'neither', before: span(10) }), 'zh-CN')?.good).toBeNull()
    expect(changeOf(figures({ before: span(12) }), 'zh-CN')).toMatchObject({ way: 'same', good: null })
  })

  it('is none where one of the spans says nothing', () => {
    expect(changeOf(figures({ before: span(null) }), 'zh-CN')).toBeNull()
    expect(changeOf(figures(), 'zh-CN')).toBeNull()
  })

  it('of nothing before is told as a number: there is no share of none', () => {
    expect(changeOf(figures({ before: span(0) }), 'zh-CN')?.by).toBe('12')
  })

  it('of shares is told in points', () => {
    const each = figures({ unit: 'share', now: span(0.86), before: span(0.931) })
    expect(changeOf(each, 'zh-CN')).toEqual({ way: 'down', good: true, by: '7.1 pt' })
  })
})

describe('a value', () => {
  it.each([
    [1204, 'rows', '1,204'],
    [36_000, 'rows', '3.6万'],
    [0.8642, 'share', '86.4%'],
    [372, 'seconds', '6:12'],
    [4.24, 'per_person', '4.2'],
    [null, 'share', '–'],
  ] as const)('%s as %s reads %s', (value, unit, text) => {
    expect(shown(value, unit, 'zh-CN')).toBe(text)
  })
})

describe('the view', () => {
  it.each([
    FIRST_VIEW,
    {
      period: { first: '2026-01-01', last: '2026-02-01' },
      comparison: null,
      condition: leaf('type', 'is', 'lead'),
    },
    { period: { named: 'today' }, comparison: 'same_weekdays', condition: null },
  ] as const)('is the same after a way through the address', (view) => {
    expect(fromAddress(toAddress(view), readTree)).toEqual(view)
  })

  it('is the first one where the address says nothing that is right', () => {
    expect(fromAddress({ period: 'never', vs: 'x', when: '{', first: '1', last: 'x' }, readTree)).toEqual(
      FIRST_VIEW,
    )
  })

  it.each([
    [{ named: 'today' }, 'hour'],
    [{ named: 'last_90_days' }, 'day'],
    [{ first: '2025-12-01', last: '2026-11-30' }, 'week'],
  ] as const)('shows %o by %s', (period, grain) => {
    expect(grainOf(period)).toBe(grain)
  })
})
