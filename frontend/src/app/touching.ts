/**
 * Tells the server that somebody touches this browser, where their agency asks for it: once a minute at most.
 * Whether they are away the server decides, of all their browsers.
 */

import { onBeforeUnmount, onMounted, watch } from 'vue'

import { session as api } from '@/api/endpoints'
import { useSession } from '@/stores/session'

export const TELL_EVERY_MS = 60_000
const TOUCHES = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const

export function keepTouching(): void {
  const session = useSession()
  let told = -TELL_EVERY_MS

  function touched(): void {
    if (!session.view?.tells_touches || session.looking) return
    const at = performance.now()
    // Nobody is taken for away within a minute of a touch, so whoever is has not told for longer.
    if (at - told < TELL_EVERY_MS) return
    told = at
    // What is not heard is told again with the next touch after a minute.
    void api.touch().catch(() => undefined)
  }

  onMounted(() => {
    for (const name of TOUCHES) window.addEventListener(name, touched, { passive: true })
  })
  onBeforeUnmount(() => {
    for (const name of TOUCHES) window.removeEventListener(name, touched)
  })
  // Whoever opens the page is there; so is whoever sits there when it begins to be asked.
  watch(() => session.view?.tells_touches, touched, { immediate: true })
}
