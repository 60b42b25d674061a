/** Replies that can still be taken back, so that a key reaches the newest of them. */

import { shallowReactive } from 'vue'

interface Undoable {
  /** When it began to be one, as `performance.now()` tells. */
  at: number
  undo: () => void
}

export const undoables = shallowReactive(new Map<number, Undoable>())

export function newestUndoable(): Undoable | null {
  return [...undoables.values()].reduce<Undoable | null>(
    (newest, one) => (newest === null || one.at > newest.at ? one : newest),
    null,
  )
}
