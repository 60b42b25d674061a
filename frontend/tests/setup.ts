/** What a browser has and the tests' document lacks. */

import { afterAll } from 'vitest'

// A screen that asks whether the system is dark is told that it is not.
const known: unknown = typeof window === 'undefined' ? true : Reflect.get(window, 'matchMedia')
if (!known)
  globalThis.matchMedia = (media: string) =>
    Object.assign(new EventTarget(), {
      media,
      matches: false,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    })

// The clock of every screen ticks on after a file's last test, when its document has gone already.
const ticking: ReturnType<typeof setInterval>[] = []
const begin = globalThis.setInterval
globalThis.setInterval = ((...asked: Parameters<typeof begin>) => {
  const timer = begin(...asked)
  ticking.push(timer)
  return timer
}) as typeof begin
afterAll(() => {
  ticking.forEach(clearInterval)
})
