/** A month of shifts: its days, its cells, what crosses midnight. */

import { describe, expect, it } from 'vitest'

import type { Shift } from '@/features/shifts/api'
import {
  cellKey,
  cellsOf,
  coverageOf,
  daysBetween,
  daysOf,
  headcounts,
  isOvernight,
  momentOf,
  mondayOf,
  officeDay,
  plusMonths,
  shortOf,
} from '@/features/shifts/shiftsModel'

const shift = (more: Partial<Shift> = {}): Shift => ({
  id: 1,
  operator_id: 1,
  template_id: 1,
  name: '夜班',
  tone: 1,
  day: '2026-12-01',
  start: '22:00',
  end: '06:00',
  begins_at: '2026-12-01T14:00:00Z',
  ends_at: '2026-12-01T22:00:00Z',
  note: '',
  version: 1,
  ...more,
})

describe('days', () => {
  it('are those of the month, leap years and turns of the year included', () => {
    expect(daysOf('2028-02')).toHaveLength(29)
    expect(daysOf('2026-12').at(-1)).toBe('2026-12-31')
    expect(plusMonths('2026-12', 1)).toBe('2027-01')
    expect(plusMonths('2026-01', -1)).toBe('2025-12')
  })

  it('are the chosen weekdays of a span', () => {
    expect(mondayOf('2026-12-06')).toBe('2026-11-30')
    expect(daysBetween('2026-11-30', '2026-12-09', [1, 3])).toEqual([
      '2026-11-30',
      '2026-12-02',
      '2026-12-07',
      '2026-12-09',
    ])
    expect(daysBetween('2026-12-02', '2026-12-01', [1, 2, 3])).toEqual([])
  })

  it('are the office’s, wherever the browser is', () => {
    expect(officeDay(Date.parse('2026-12-01T16:30:00Z'))).toBe('2026-12-02')
  })
})

describe('the coverage of a day', () => {
  it('is counted by half hours, over midnight too, and says when nobody works', () => {
    const night = shift()
    const late = shift({
      id: 2,
      operator_id: 2,
      begins_at: '2026-12-02T04:45:00Z', // 12:45: works all of half hours from 13:00
      ends_at: '2026-12-02T10:00:00Z', // 18:00
    })
    expect(coverageOf([night, late], '2026-12-02')).toEqual([
      { start: '00:00', end: '06:00', people: [1] },
      { start: '06:00', end: '13:00', people: [] },
      { start: '13:00', end: '18:00', people: [2] },
      { start: '18:00', end: '24:00', people: [] },
    ])
    expect(coverageOf([night], '2026-12-01').at(-1)).toEqual({ start: '22:00', end: '24:00', people: [1] })
    expect(coverageOf([], '2026-12-01')).toEqual([{ start: '00:00', end: '24:00', people: [] }])
  })
})

describe('cells', () => {
  it('hold a person’s shifts of a day', () => {
    const cells = cellsOf([shift(), shift({ id: 2, operator_id: 2 }), shift({ id: 3 })])
    expect(cells.get(cellKey(1, '2026-12-01'))?.map(({ id }) => id)).toEqual([1, 3])
    expect(cells.get(cellKey(1, '2026-12-02'))).toBeUndefined()
  })

  it('count each person once a day', () => {
    const shifts = [shift(), shift({ id: 2 }), shift({ id: 3, operator_id: 2 })]
    expect(headcounts(shifts, ['2026-12-01', '2026-12-02'])).toEqual([2, 0])
  })

  it('say what a shift is in one letter, else its hour', () => {
    expect(shortOf(shift())).toBe('夜')
    expect(shortOf(shift({ name: '' }))).toBe('22')
  })
})

describe('a shift', () => {
  it('knows whether it crosses midnight and whether it is over', () => {
    expect(isOvernight(shift())).toBe(true)
    expect(isOvernight({ start: '09:00', end: '18:00' })).toBe(false)
    expect(momentOf(shift(), Date.parse('2026-12-01T13:59:00Z'))).toBe('later')
    expect(momentOf(shift(), Date.parse('2026-12-01T14:00:00Z'))).toBe('now')
    expect(momentOf(shift(), Date.parse('2026-12-01T22:00:00Z'))).toBe('past')
  })
})
