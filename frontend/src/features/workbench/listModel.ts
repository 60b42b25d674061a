/**
 * The rows of the list. Which requests belong, and where each stands, is the server's word (`place`); here they are only put in
 * that order, and kept still while somebody points at them.
 */

import type { Lane, SortName, ViewName } from '@/api/contract'

export interface ListQuery {
  view: ViewName
  accountId: number | null
  lane: Lane | null
  unread: boolean
  overdue: boolean
  text: string
  sort: SortName
  /** A condition as JSON, on top of the view. */
  condition: string
  /** A saved view, in place of one. */
  savedId: number | null
}

/** Where a request stands in the chosen order: smaller comes first, number by number. */
export type Place = readonly number[]
export type Places = ReadonlyMap<number, Place>

export function compare(a: Place, b: Place): number {
  const at = a.findIndex((number, index) => number !== b[index])
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}

/** The ids in the server's order. */
export function inOrder(places: Places): number[] {
  return [...places].sort(([, a], [, b]) => compare(a, b)).map(([id]) => id)
}

export interface Answer {
  id: number
  place: Place
}

/**
 * What the server said about `asked`: those it named belong, the others do not. What sorts behind `frontier`, the last row
 * loaded, comes with its page.
 */
export function placed(
  places: Places,
  asked: readonly number[],
  answer: readonly Answer[],
  frontier: Place | null,
): Places {
  const next = new Map(places)
  for (const id of asked) next.delete(id)
  for (const { id, place } of answer)
    if (frontier === null || compare(place, frontier) <= 0) next.set(id, place)
  return next
}

export interface Rows {
  /** Ids in the order shown. */
  shown: number[]
  /** Ids that belong to the view but wait behind the “new requests” bar. */
  waiting: number[]
}

/**
 * Bring the rows on screen up to date with `wanted` (the ids that belong, in order).
 * While the person points at the list nothing may move: newcomers wait, and rows that left keep their place.
 */
export function settle(rows: Rows, wanted: number[], still: boolean): Rows {
  if (!still) return { shown: wanted, waiting: [] }
  const shown = new Set(rows.shown)
  return { shown: rows.shown, waiting: wanted.filter((id) => !shown.has(id)) }
}
