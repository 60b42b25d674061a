/** What the dashboard shows and how it reads: cards, doors to lists, changes in words. Pure functions. */

import type { RouteLocationRaw } from 'vue-router'

import type { Locale } from '@/api/contract'
import type { Tree } from '@/features/conditions/tree'
import { bigNumber, span } from '@/ui/format'
import type { Cell, Comparison, Figures, Named, Period, SpanFigures, Unit } from './api'

export interface Card {
  id: string
  metrics: string[]
  /** `time` is the grain that suits the period. */
  split: string
  /** By what else it is split where the reader chooses. */
  others?: readonly string[]
  look: 'bar' | 'line' | 'rows'
  /** Shown for periods that are no longer: what it asks is counted row by row. */
  mostDays?: number
  subject: 'service_request' | 'inbound_item' | 'reply'
}

export const CARDS: readonly Card[] = [
  { id: 'arrivals', metrics: ['arrivals'], split: 'time', look: 'bar', subject: 'service_request' },
  {
    id: 'types',
    metrics: ['arrivals'],
    split: 'type',
    others: ['unit'],
    look: 'rows',
    subject: 'service_request',
  },
  {
    id: 'response',
    metrics: ['first_response_p50', 'first_response_p90'],
    split: 'time',
    look: 'line',
    subject: 'service_request',
  },
  { id: 'misses', metrics: ['window_misses'], split: 'time', look: 'bar', subject: 'service_request' },
  {
    id: 'levels',
    metrics: ['level_first_share', 'level_next_share', 'level_resolution_share'],
    split: 'time',
    look: 'line',
    mostDays: 31,
    subject: 'service_request',
  },
  {
    id: 'levelCounts',
    metrics: ['level_warned', 'level_missed'],
    split: 'time',
    look: 'line',
    mostDays: 31,
    subject: 'service_request',
  },
  { id: 'backlog', metrics: ['backlog'], split: 'time', look: 'line', subject: 'service_request' },
  { id: 'resolution', metrics: ['resolution_p50'], split: 'time', look: 'line', subject: 'service_request' },
  {
    id: 'replies',
    metrics: ['replies_sent', 'replies_failed'],
    split: 'time',
    look: 'line',
    subject: 'reply',
  },
  {
    id: 'filter',
    metrics: ['kept_share', 'rescue_rate'],
    split: 'time',
    look: 'line',
    subject: 'inbound_item',
  },
]
export const STANDING = ['waiting_now', 'load_per_person']
export const PERIODS: readonly Named[] = [
  'today',
  'yesterday',
  'last_7_days',
  'last_30_days',
  'last_90_days',
  'this_month',
  'last_month',
]
export const COMPARISONS: readonly Comparison[] = ['previous', 'same_weekdays']
const DAY_MS = 86_400_000
const HOURLY_DAYS = 2
const DAILY_DAYS = 120
const LENGTHS: Partial<Record<Named, number>> = { today: 1, yesterday: 1, last_90_days: 90 }

export interface View {
  period: Period
  comparison: Comparison | null
  condition: Tree | null
}

/** How many days a period has; of a month, about. */
export function daysOf(period: Period): number {
  if ('named' in period) return LENGTHS[period.named] ?? 30
  return Math.round((Date.parse(period.last) - Date.parse(period.first)) / DAY_MS) + 1
}

export function grainOf(period: Period): 'hour' | 'day' | 'week' {
  const days = daysOf(period)
  if (days <= HOURLY_DAYS) return 'hour'
  return days <= DAILY_DAYS ? 'day' : 'week'
}

/** The condition within one unit: of the units that it names outright, this one takes the place. */
export function withinUnit(condition: Tree | null, unit: number): Tree {
  const parts = condition === null ? [] : 'all' in condition ? condition.all : [condition]
  const others = parts.filter((part) => !('field' in part && part.field === 'unit' && part.op === 'has_any'))
  const inside: Tree = { field: 'unit', op: 'has_any', value: [unit] }
  return others.length === 0 ? inside : { all: [...others, inside] }
}

/** The condition that lists the rows behind a cell; nothing where the reader may not ask for it. */
export function conditionOf(figures: Figures, of: SpanFigures, cell: Cell): string | null {
  const places = cell.at.map((at, axis) => of.axes[axis]?.places[at])
  const timed = cell.at.length > 0 && of.axes.some((axis) => isTime(axis.split))
  const parts: unknown[] = [...figures.rows, ...(timed ? [] : of.during)]
  for (const place of places) {
    if (!place?.rows) return null
    parts.push(...place.rows)
  }
  return JSON.stringify({ all: parts })
}

export function isTime(split: string): boolean {
  return ['hour', 'day', 'week', 'month'].includes(split)
}

const LISTS: Record<string, (when: string) => RouteLocationRaw> = {
  service_request: (when) => ({ name: 'workbench', params: { view: 'all' }, query: { when } }),
  inbound_item: (when) => ({ name: 'listener', query: { when } }),
  reply: (when) => ({ name: 'replies', query: { when } }),
}

/** Where a number leads: the list of its rows. */
export function doorOf(figures: Figures, of: SpanFigures, cell: Cell): RouteLocationRaw | null {
  const when = conditionOf(figures, of, cell)
  return when === null ? null : (LISTS[figures.subject]?.(when) ?? null)
}

/** `1,204`, `86.4%`, `6:12`, `4.2`; a dash where there is nothing to say. */
export function shown(value: number | null, unit: Unit, locale: Locale): string {
  if (value === null) return '–'
  if (unit === 'share') return `${(value * 100).toFixed(1)}%`
  if (unit === 'seconds') return span(value * 1000, locale)
  return unit === 'per_person' ? value.toFixed(1) : bigNumber(value, locale)
}

export interface Change {
  way: 'up' | 'down' | 'same'
  /** Whether that is good; null where no way is. */
  good: boolean | null
  /** By how much, without a sign. */
  by: string
}

/** What became of a number since the span before; nothing where one of them says nothing. */
export function changeOf(figures: Figures, locale: Locale): Change | null {
  const now = figures.now.total.value
  const before = figures.before?.total.value ?? null
  if (now === null || before === null) return null
  const difference = now - before
  const way = difference > 0 ? 'up' : difference < 0 ? 'down' : 'same'
  const good = figures.good === 'neither' || way === 'same' ? null : figures.good === way
  return { way, good, by: sizeOf(Math.abs(difference), before, figures.unit, locale) }
}

function sizeOf(difference: number, before: number, unit: Unit, locale: Locale): string {
  if (unit === 'share') return `${(difference * 100).toFixed(1)} pt`
  if (unit === 'seconds') return span(difference * 1000, locale)
  return before === 0 ? bigNumber(difference, locale) : `${((difference / before) * 100).toFixed(0)}%`
}

/** The view as the address has it: only what differs from the first one. */
export function toAddress(view: View): Record<string, string> {
  const { period, comparison, condition } = view
  return {
    ...('named' in period ? { period: period.named } : { first: period.first, last: period.last }),
    vs: comparison ?? 'none',
    ...(condition === null ? {} : { when: JSON.stringify(condition) }),
  }
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
export const FIRST_VIEW: View = {
  period: { named: 'last_30_days' },
  comparison: 'previous',
  condition: null,
}

export function fromAddress(query: Record<string, unknown>, readTree: (text: string) => Tree | null): View {
  const { period, first, last, vs, when } = query
  const named = PERIODS.find((each) => each === period)
  const dated = typeof first === 'string' && typeof last === 'string' && DATE.test(first) && DATE.test(last)
  return {
    period: dated ? { first, last } : { named: named ?? 'last_30_days' },
    comparison: vs === 'none' ? null : (COMPARISONS.find((each) => each === vs) ?? 'previous'),
    condition: typeof when === 'string' ? readTree(when) : null,
  }
}

/** `11-28`, `14:00`: what tells one part of a span from the next. */
export function shortLabel(label: string, split: string): string {
  if (split === 'hour') return label.slice(11)
  return split === 'day' || split === 'week' ? label.slice(5) : label
}
