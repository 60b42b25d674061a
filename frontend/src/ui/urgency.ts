/** Time left of a request: the earliest of its service times and the platform's reply window. */

import type { ServiceRequestView } from '@/api/contract'

export interface Urgency {
  /** What is due: the first answer, a further one, the resolution; or the platform's window closes. */
  kind: 'first' | 'next' | 'resolution' | 'window'
  /** Milliseconds until the limit; negative once it has passed. */
  left: number
  /** Share of the time that is left, 0..1. */
  share: number
  tone: 'ok' | 'soon' | 'late'
}

const SOON_SHARE = 0.25
const DONE = new Set(['resolved', 'closed'])
const at = (moment: string | null | undefined): number => (moment ? Date.parse(moment) : Infinity)

export function urgencyOf(request: ServiceRequestView, nowMs: number): Urgency | null {
  if (DONE.has(request.status)) return null
  const answer = at(request.due_at)
  const platform = at(request.window?.until)
  // While we wait for the customer, the clock to the resolution stands still.
  const resolution = request.stopped_at === null ? at(request.resolve_due_at) : Infinity
  const limit = Math.min(answer, platform, resolution)
  if (!Number.isFinite(limit)) return null
  const kind =
    limit === answer
      ? request.first_replied_at === null
        ? 'first'
        : 'next'
      : limit === resolution
        ? 'resolution'
        : 'window'
  const start = kind === 'resolution' ? at(request.opened_at) : at(request.waiting_since ?? request.opened_at)
  const left = limit - nowMs
  const share = left <= 0 ? 1 : Math.min(1, left / Math.max(1, limit - start))
  const tone = left <= 0 ? 'late' : share < SOON_SHARE ? 'soon' : 'ok'
  return { kind, left, share, tone }
}
