/** What the page makes of calendars: days of a year, festivals, hours as text, moments of a zone. */

import { describe, expect, it } from 'vitest'

import {
  alike,
  draftOf,
  festivalsOf,
  instantIn,
  isRun,
  monthsOf,
  newDraft,
  nextDay,
  wallIn,
  weekdayOf,
} from '@/features/worktime/calendarModel'
import type { Calendar, PublicDay } from '@/features/worktime/api'

const DAY = [{ start: '09:00', end: '18:00' }]
const calendar: Calendar = {
  id: 1,
  name: '工作时间',
  agency: null,
  is_default: true,
  account_ids: [],
  used_by: 3,
  is_recounting: false,
  version: 1,
  zone: 'Asia/Shanghai',
  week: [DAY, DAY, DAY, DAY, DAY, [], []],
  breaks: [],
  follows_holidays: true,
  holiday_intervals: [],
  make_up_intervals: DAY,
  company_days: [
    { day: '2026-10-02', name: '抢修', intervals: DAY },
    { day: '2026-10-09', name: '团建', intervals: [] },
  ],
}
const off = (day: string, name = 'national_day'): PublicDay => ({ day, turn: 'off', name })
const known: PublicDay[] = [
  { day: '2026-09-20', turn: 'work', name: 'national_day' },
  off('2026-09-25', 'mid_autumn'),
  off('2026-10-01'),
  off('2026-10-02'),
  off('2026-10-03'),
  { day: '2026-10-10', turn: 'work', name: 'national_day' },
]

const looks = (days: readonly PublicDay[], follows = true): Record<string, string> =>
  Object.fromEntries(
    monthsOf({ ...calendar, follows_holidays: follows }, 2026, days)
      .flatMap((month) => month.days)
      .map((cell) => [cell.day, cell.look]),
  )

describe('a year of a calendar', () => {
  it('has every day once, in months that begin on their weekday', () => {
    const months = monthsOf(calendar, 2028, [])
    expect(months.flatMap((month) => month.days)).toHaveLength(366)
    expect(months.map((month) => month.blanks)).toEqual([5, 1, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4])
  })

  it('lets the company go before holidays, and those before the week', () => {
    const year = looks(known)
    expect(year['2026-10-01']).toBe('off')
    expect(year['2026-10-02']).toBe('company')
    expect(year['2026-10-09']).toBe('company_off')
    expect(year['2026-10-10']).toBe('make_up')
    expect(year['2026-10-11']).toBe('rest')
    expect(year['2026-10-12']).toBe('work')
  })

  it('shows holidays as days like others where they do not count, and guesses none', () => {
    expect(looks(known, false)['2026-10-01']).toBe('work')
    expect(looks([])['2026-10-01']).toBe('work')
  })
})

describe('festivals', () => {
  it('join unbroken days, with the days worked for them, in the order of the year', () => {
    expect(festivalsOf(known)).toEqual([
      { name: 'mid_autumn', off: [['2026-09-25', '2026-09-25']], work: [] },
      {
        name: 'national_day',
        off: [['2026-10-01', '2026-10-03']],
        work: ['2026-09-20', '2026-10-10'],
      },
    ])
  })

  it('know that a year ends', () => {
    expect(nextDay('2026-12-31')).toBe('2027-01-01')
    expect(nextDay('2028-02-28')).toBe('2028-02-29')
    expect(weekdayOf('2026-11-30')).toBe(0)
  })
})

describe('hours', () => {
  it('of days that are alike stand together', () => {
    const groups = alike(calendar.week)
    expect(groups.map((group) => group.days)).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6],
    ])
    expect(groups.map((group) => isRun(group.days))).toEqual([true, true])
    expect(isRun([0, 2])).toBe(false)
  })

  it('are edited as a copy', () => {
    const draft = draftOf(calendar)
    draft.week[0]?.push({ start: '19:00', end: '20:00' })
    draft.company_days[0]?.intervals.pop()
    expect(calendar.week[0]).toEqual(DAY)
    expect(calendar.company_days[0]?.intervals).toEqual(DAY)
    const fresh = newDraft()
    fresh.week[0]?.pop()
    expect([fresh.week[1]?.length, newDraft().week[0]?.length]).toEqual([2, 2])
  })
})

describe('moments of a zone', () => {
  it('are found from what its clock shows, and back', () => {
    expect(instantIn('Asia/Shanghai', '2026-09-24T20:30')).toBe('2026-09-24T12:30:00.000Z')
    for (const zone of ['Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu', 'UTC'])
      for (const wall of ['2026-01-01T00:00', '2026-03-08T03:30', '2026-07-15T12:45', '2026-12-31T23:59'])
        expect(wallIn(zone, instantIn(zone, wall))).toBe(wall)
  })
})
