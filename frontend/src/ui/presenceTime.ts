/** How long somebody has been so, or, where it is allowed for a while only, how much of that is left or over. */

import { stopwatch } from './format'

export interface Lasting {
  text: string
  /** It lasts longer than it may: the text says by how much. */
  isOver: boolean
  /** The text says how much is left. */
  isLeft: boolean
}

export function lasting(at: number, since: string | null, until: string | null): Lasting {
  if (until !== null) {
    const left = Date.parse(until) - at
    return { text: stopwatch(Math.abs(left)), isOver: left < 0, isLeft: left >= 0 }
  }
  return { text: since === null ? '' : stopwatch(at - Date.parse(since)), isOver: false, isLeft: false }
}
