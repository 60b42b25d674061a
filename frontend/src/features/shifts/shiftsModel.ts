/** A month of shifts as the page shows it. Days are texts such as `2026-12-01`. Pure functions. */

import type { Person, Plan, Shift } from './api'

export const TONES = [1, 2, 3, 4, 5, 6] as const
export type Tone = (typeof TONES)[number]
const DAY_MS = 86_400_000
const OFFICE = 'Asia/Shanghai'
const SUNDAY = 7

/** Which day it is in the office. */
export const officeDay = (nowMs: number): string =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: OFFICE,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(nowMs)

const asUtc = (day: string): number => Date.parse(`${day}T00:00:00Z`)
const asDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export const plusDays = (day: string, days: number): string => asDay(asUtc(day) + days * DAY_MS)

/** 1 is Monday, 7 is Sunday. */
export const weekdayOf = (day: string): number => new Date(asUtc(day)).getUTCDay() || SUNDAY

export const mondayOf = (day: string): string => plusDays(day, 1 - weekdayOf(day))

export const monthOf = (day: string): string => day.slice(0, 7)

export function plusMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return monthOf(asDay(Date.UTC(year, number - 1 + months, 1)))
}

/** Every day of a month such as `2026-12`. */
export function daysOf(month: string): string[] {
  const first = `${month}-01`
  const after = asUtc(`${plusMonths(month, 1)}-01`)
  return Array.from({ length: (after - asUtc(first)) / DAY_MS }, (_, at) => plusDays(first, at))
}

/** The days from one to another that are one of these weekdays. */
export function daysBetween(first: string, last: string, weekdays: readonly number[]): string[] {
  const days: string[] = []
  for (let day = first; day <= last && days.length <= 366; day = plusDays(day, 1))
    if (weekdays.includes(weekdayOf(day))) days.push(day)
  return days
}

export const isOvernight = (shift: { start: string; end: string }): boolean => shift.end <= shift.start

/** What fits into a cell: the first letter of its kind, else the hour at which it begins. */
export const shortOf = (shift: Shift): string => shift.name.slice(0, 1) || shift.start.slice(0, 2)

export type Cells = ReadonlyMap<string, readonly Shift[]>
export const cellKey = (person: number, day: string): string => `${String(person)}/${day}`

export function cellsOf(shifts: readonly Shift[]): Cells {
  const cells = new Map<string, Shift[]>()
  for (const shift of shifts) {
    const key = cellKey(shift.operator_id, shift.day)
    cells.set(key, [...(cells.get(key) ?? []), shift])
  }
  return cells
}

/** How many people work on each day, in the order of the days. */
export function headcounts(shifts: readonly Shift[], days: readonly string[]): number[] {
  const people = new Map(days.map((day) => [day, new Set<number>()]))
  for (const shift of shifts) people.get(shift.day)?.add(shift.operator_id)
  return days.map((day) => people.get(day)?.size ?? 0)
}

/** From when to when the same people work. */
export interface Run {
  start: string
  end: string
  people: readonly number[]
}

const HALF_MS = 1_800_000
const HALVES = 48
/** The office's clock is never changed. */
const OFFICE_AHEAD_MS = 8 * 3_600_000
const clockAt = (half: number): string =>
  `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`

/** A day by half hours, of each who works all of it; neighbours with the same people are one run. */
export function coverageOf(shifts: readonly Shift[], day: string): Run[] {
  const midnight = asUtc(day) - OFFICE_AHEAD_MS
  const runs: { from: number; to: number; people: number[] }[] = []
  for (let half = 0; half < HALVES; half += 1) {
    const begins = midnight + half * HALF_MS
    const people = shifts
      .filter((one) => Date.parse(one.begins_at) <= begins && Date.parse(one.ends_at) >= begins + HALF_MS)
      .map((one) => one.operator_id)
      .sort((a, b) => a - b)
    const last = runs.at(-1)
    if (last && last.people.join() === people.join()) last.to = half + 1
    else runs.push({ from: half, to: half + 1, people })
  }
  return runs.map(({ from, to, people }) => ({ start: clockAt(from), end: clockAt(to), people }))
}

export const hoursOf = (person: Person): number => Math.round(person.minutes / 6) / 10

export const ownShifts = (plan: Plan, me: number | undefined): Shift[] =>
  plan.shifts.filter((shift) => shift.operator_id === me)

/** One's own of a colleague that may still be exchanged. */
export const laterShifts = (plan: Plan, person: number, nowMs: number): Shift[] =>
  plan.shifts.filter((shift) => shift.operator_id === person && Date.parse(shift.begins_at) > nowMs)

export type Moment = 'past' | 'now' | 'later'
export function momentOf(shift: Shift, nowMs: number): Moment {
  if (Date.parse(shift.ends_at) <= nowMs) return 'past'
  return Date.parse(shift.begins_at) <= nowMs ? 'now' : 'later'
}
