/** The server's time, ticking once a second, for clocks that every row shows. */

import { readonly, ref } from 'vue'

let offsetMs = 0
const current = ref(Date.now())

/** Take the difference between this machine's clock and the server's. */
export function syncClock(serverTime: string): void {
  const parsed = Date.parse(serverTime)
  if (Number.isNaN(parsed)) return
  offsetMs = parsed - Date.now()
  current.value = Date.now() + offsetMs
}

export function serverNow(): number {
  return Date.now() + offsetMs
}

setInterval(() => {
  // A hidden page shows nothing, so it need not redraw its clocks.
  if (!document.hidden) current.value = serverNow()
}, 1000)

/** Milliseconds since the epoch, reactive. */
export const now = readonly(current)
