/** When a reply may leave later: ready choices, and the limits the server holds to. Local time of the person. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Sooner than this is simply sending. */
export const SOONEST_MS = 2 * MINUTE
/** The server refuses anything further ahead. */
export const FARTHEST_MS = 30 * DAY

export interface Choice {
  key: 'hour' | 'evening' | 'morning'
  at: number
}

/** In an hour, today at 18:00 while that is still ahead, tomorrow at 9:00. */
export function choices(now: number): Choice[] {
  const evening = new Date(now)
  evening.setHours(18, 0, 0, 0)
  const morning = new Date(now)
  morning.setDate(morning.getDate() + 1)
  morning.setHours(9, 0, 0, 0)
  const hour = Math.ceil((now + HOUR) / MINUTE) * MINUTE
  return [
    { key: 'hour', at: hour },
    ...(evening.getTime() - now > 15 * MINUTE ? [{ key: 'evening' as const, at: evening.getTime() }] : []),
    { key: 'morning', at: morning.getTime() },
  ]
}

export type Refusal = 'past' | 'far' | 'window'

/** Why a time will not do; `windowUntil` is when the platform stops accepting replies. */
export function refusal(at: number, now: number, windowUntil: string | null): Refusal | null {
  if (Number.isNaN(at) || at - now < SOONEST_MS) return 'past'
  if (at - now > FARTHEST_MS) return 'far'
  return windowUntil !== null && at >= Date.parse(windowUntil) ? 'window' : null
}
