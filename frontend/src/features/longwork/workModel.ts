/** What a row of the tray says of a piece of work. Pure functions. */

import type { RouteLocationRaw } from 'vue-router'

import type { Locale } from '@/api/contract'
import { span } from '@/ui/format'
import type { LongWork } from './api'

const OPEN: readonly LongWork['state'][] = ['queued', 'running', 'cancelling']
const MEGABYTE = 1024 * 1024

export function isOpen(work: LongWork): boolean {
  return OPEN.includes(work.state)
}

export function seen(work: LongWork): number {
  return work.done + work.skipped + work.failed
}

/** 0..1; null while nobody knows how much there is. */
export function shareOf(work: LongWork): number | null {
  if (work.total === null) return null
  return work.total === 0 ? 1 : Math.min(1, seen(work) / work.total)
}

/** How far all that is under way has come together; null when none of it can say. */
export function shareOfAll(works: readonly LongWork[]): number | null {
  const shares = works.filter(isOpen).flatMap((work) => shareOf(work) ?? [])
  return shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length
}

export function remaining(work: LongWork, locale: Locale): string | null {
  return work.seconds_left === null ? null : span(work.seconds_left * 1000, locale)
}

/** Where what it found is shown, of a kind that leaves no file. */
export function pageOf(work: LongWork): RouteLocationRaw | null {
  return work.kind === 'filter.trial' ? { name: 'trial', query: { work: work.id } } : null
}

/** `0.4 MB`; below a tenth it is said to be one. */
export function megabytes(bytes: number): string {
  return `${Math.max(0.1, bytes / MEGABYTE).toFixed(1)} MB`
}
