/**
 * Which requests belong to a view and in which order. Mirrors the server's list so that a live update leads to the
 * same rows as a fresh load; the server stays the judge of searches, which only it can evaluate.
 */

import type { Lane, RequestStatus, ServiceRequestView, SortName, ViewName } from '@/api/contract'

export interface ListQuery {
  view: ViewName
  accountId: number | null
  lane: Lane | null
  unread: boolean
  text: string
  sort: SortName
}

export interface Me {
  id: number
  teamIds: number[]
}

const TO_DO: ReadonlySet<RequestStatus> = new Set(['new', 'open', 'on_hold'])
const DONE: ReadonlySet<RequestStatus> = new Set(['resolved', 'closed'])

export function belongsToView(request: ServiceRequestView, view: ViewName, me: Me): boolean {
  const mine = request.assignee?.id === me.id
  switch (view) {
    case 'mine':
      return mine && TO_DO.has(request.status)
    case 'unassigned':
      return request.assignee === null && !DONE.has(request.status)
    case 'team':
      return request.team !== null && me.teamIds.includes(request.team.id) && !DONE.has(request.status)
    case 'waiting':
      return mine && request.status === 'pending'
    case 'all':
      return !DONE.has(request.status)
    case 'resolved':
      return DONE.has(request.status)
  }
}

/** Everything but the free-text search, which only the server can answer. */
export function matches(request: ServiceRequestView, query: ListQuery, me: Me): boolean {
  if (!belongsToView(request, query.view, me)) return false
  if (query.accountId !== null && request.account.id !== query.accountId) return false
  if (query.lane !== null && request.lane !== query.lane) return false
  return !query.unread || request.unread_count > 0
}

export function compare(a: ServiceRequestView, b: ServiceRequestView, sort: SortName): number {
  switch (sort) {
    case 'newest':
      return byTime(b.last_inbound_at, a.last_inbound_at) || b.id - a.id
    case 'oldest':
      return byTime(a.last_inbound_at, b.last_inbound_at) || a.id - b.id
    case 'urgent':
      return urgentTime(a) - urgentTime(b) || a.priority - b.priority || a.id - b.id
  }
}

function byTime(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b)
}

/**
 * The earlier of service time and reply window; while nobody waits for an answer a request comes last, as on the
 * server. A finite number keeps the subtraction defined.
 */
function urgentTime(request: ServiceRequestView): number {
  if (request.due_at === null) return Number.MAX_SAFE_INTEGER
  const due = Date.parse(request.due_at)
  return request.window?.until ? Math.min(due, Date.parse(request.window.until)) : due
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
