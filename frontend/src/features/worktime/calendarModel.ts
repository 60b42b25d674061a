/** What the page shows of a calendar: its days, its hours as text, its festivals. Pure. */

import type { Calendar, CalendarHours, Interval, PublicDay } from './api'

export type DayLook = 'work' | 'rest' | 'off' | 'make_up' | 'company' | 'company_off'

export interface DayCell {
  /** `2026-10-01` */
  day: string
  number: number
  look: DayLook
  /** Of the holiday (a code or words) or the company's day. */
  name: string
}

export interface Month {
  month: number
  /** Empty cells before the first, Monday first. */
  blanks: number
  days: DayCell[]
}

export interface Festival {
  name: string
  /** Unbroken stretches of free days, first and last. */
  off: [string, string][]
  work: string[]
}

function iso(year: number, month: number, day: number): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** Monday is 0. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
}

/** The twelve months of a year as the calendar has them. Without known holidays the days go by the week. */
export function monthsOf(calendar: CalendarHours, year: number, known: readonly PublicDay[]): Month[] {
  const company = new Map((calendar.company_days ?? []).map((about) => [about.day, about]))
  const open = new Map(calendar.follows_holidays ? known.map((about) => [about.day, about]) : [])
  return Array.from({ length: 12 }, (_, index) => {
    const month = index + 1
    const count = new Date(Date.UTC(year, month, 0)).getUTCDate()
    const days = Array.from({ length: count }, (_unused, place): DayCell => {
      const day = iso(year, month, place + 1)
      return { day, number: place + 1, ...lookOf(day) }
    })
    return { month, blanks: weekdayOf(iso(year, month, 1)), days }
  })

  /** The company's own day goes before a holiday, that before the week. */
  function lookOf(day: string): { look: DayLook; name: string } {
    const own = company.get(day)
    if (own) return { look: own.intervals.length > 0 ? 'company' : 'company_off', name: own.name }
    const public_ = open.get(day)
    if (public_) return { look: public_.turn === 'off' ? 'off' : 'make_up', name: public_.name }
    return { look: calendar.week[weekdayOf(day)]?.length ? 'work' : 'rest', name: '' }
  }
}

/** The festivals of a year in their order, each with its free days and those worked for it. */
export function festivalsOf(days: readonly PublicDay[]): Festival[] {
  const found = new Map<string, Festival>()
  for (const about of days) {
    const festival = found.get(about.name) ?? { name: about.name, off: [], work: [] }
    found.set(about.name, festival)
    const last = festival.off.at(-1)
    if (about.turn === 'work') festival.work.push(about.day)
    else if (last && nextDay(last[1]) === about.day) last[1] = about.day
    else festival.off.push([about.day, about.day])
  }
  return [...found.values()].sort((a, b) => firstDay(a).localeCompare(firstDay(b)))
}

function firstDay(festival: Festival): string {
  return festival.off[0]?.[0] ?? festival.work[0] ?? ''
}

export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

/** Weekdays with the same hours together, in the order of the week: `[[0, 1, 2, 3, 4], …]`. */
export function alike(week: readonly Interval[][]): { days: number[]; intervals: Interval[] }[] {
  const groups: { key: string; days: number[]; intervals: Interval[] }[] = []
  week.forEach((intervals, day) => {
    const key = JSON.stringify(intervals.map(({ start, end }) => [start, end]))
    const same = groups.find((group) => group.key === key)
    if (same) same.days.push(day)
    else groups.push({ key, days: [day], intervals: [...intervals] })
  })
  return groups.map(({ days, intervals }) => ({ days, intervals }))
}

/** `isRun([0, 1, 2])`: so that they can be named by the first and the last. */
export function isRun(days: readonly number[]): boolean {
  return days.every((day, place) => place === 0 || day === (days[place - 1] ?? 0) + 1)
}

export function endsNextDay({ start, end }: Interval): boolean {
  return end <= start
}

/** What a calendar is, without what it is called and who counts on it. */
export function hoursOf(calendar: CalendarHours): CalendarHours {
  const { zone, week, breaks, follows_holidays, holiday_intervals, make_up_intervals, company_days } =
    calendar
  return { zone, week, breaks, follows_holidays, holiday_intervals, make_up_intervals, company_days }
}

/** The moment at which a clock of the zone shows `2026-09-24T20:30`. */
export function instantIn(zone: string, wall: string): string {
  const asUtc = Date.parse(`${wall}:00Z`)
  let found = asUtc
  for (let turn = 0; turn < 2; turn += 1) found = asUtc - (wallMs(zone, found) - found)
  return new Date(found).toISOString()
}

/** What a clock of the zone shows, `2026-09-24T20:30`. */
export function wallIn(zone: string, iso_: string): string {
  return new Date(wallMs(zone, Date.parse(iso_))).toISOString().slice(0, 16)
}

function wallMs(zone: string, moment: number): number {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
      .formatToParts(new Date(moment))
      .map(({ type, value }) => [type, Number(value)]),
  )
  return Date.UTC(
    parts['year'] ?? 0,
    (parts['month'] ?? 1) - 1,
    parts['day'],
    parts['hour'],
    parts['minute'],
    Math.floor((moment % 60_000) / 1000),
  )
}

const OFFICE_DAY: Interval[] = [
  { start: '09:00', end: '12:00' },
  { start: '13:30', end: '18:00' },
]

export interface Draft extends Required<Omit<CalendarHours, 'zone'>> {
  name: string
  zone: string
  agency_id: number | null
  is_default: boolean
  account_ids: number[]
}

/** What a new calendar begins with: an office's week with public holidays. */
export function newDraft(): Draft {
  return {
    name: '',
    zone: 'Asia/Shanghai',
    agency_id: null,
    is_default: false,
    account_ids: [],
    week: Array.from({ length: 7 }, (_, day) => (day < 5 ? copied(OFFICE_DAY) : [])),
    breaks: [],
    follows_holidays: true,
    holiday_intervals: [],
    make_up_intervals: copied(OFFICE_DAY),
    company_days: [],
  }
}

export function draftOf(calendar: Calendar): Draft {
  return {
    name: calendar.name,
    zone: calendar.zone,
    agency_id: calendar.agency?.id ?? null,
    is_default: calendar.is_default,
    account_ids: [...calendar.account_ids],
    week: calendar.week.map(copied),
    breaks: copied(calendar.breaks),
    follows_holidays: calendar.follows_holidays,
    holiday_intervals: copied(calendar.holiday_intervals),
    make_up_intervals: copied(calendar.make_up_intervals),
    company_days: calendar.company_days.map((about) => ({ ...about, intervals: copied(about.intervals) })),
  }
}

export function copied(intervals: readonly Interval[]): Interval[] {
  return intervals.map((interval) => ({ ...interval }))
}
