/** Time left of a request: the earlier of the service time and the platform's reply window. */

import type { ServiceRequestView } from '@/api/contract'

export interface Urgency {
  kind: 'service' | 'window'
  /** Milliseconds until the limit; negative once it has passed. */
  left: number
  /** Share of the time that is left, 0..1. */
  share: number
  tone: 'ok' | 'soon' | 'late'
}

const SOON_SHARE = 0.25
const DONE = new Set(['resolved', 'closed'])

export function urgencyOf(request: ServiceRequestView, nowMs: number): Urgency | null {
  if (DONE.has(request.status)) return null
  const service = request.due_at === null ? Infinity : Date.parse(request.due_at)
  const platform = request.window?.until ? Date.parse(request.window.until) : Infinity
  const limit = Math.min(service, platform)
  if (!Number.isFinite(limit)) return null
  const start = Date.parse(request.waiting_since ?? request.opened_at)
  const left = limit - nowMs
  const share = left <= 0 ? 1 : Math.min(1, left / Math.max(1, limit - start))
  const tone = left <= 0 ? 'late' : share < SOON_SHARE ? 'soon' : 'ok'
  return { kind: service <= platform ? 'service' : 'window', left, share, tone }
}
