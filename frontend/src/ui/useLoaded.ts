/** Something a page loads on entry, after the live connection lost track, and when an event says that it changed. */

import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'

import type { Change } from '@/realtime/reducer'
import { useEntities } from '@/stores/entities'
import { useLive } from '@/stores/live'
import { useDelayed } from '@/ui/useDelayed'

/** `pauseMs`: changes that come within it are answered by one call at its end. */
export function useLoaded<T>(
  read: () => Promise<T>,
  concerns: (change: Change) => boolean = () => false,
  pauseMs = 0,
) {
  const phase = ref<'loading' | 'ready' | 'error'>('loading')
  const error = shallowRef<unknown>(null)
  const data = shallowRef<T | null>(null)
  const skeleton = useDelayed(() => phase.value === 'loading')
  const stops: (() => void)[] = []
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<unknown> {
    asked += 1
    const mine = asked
    try {
      const answer = await read()
      if (mine !== asked) return null
      data.value = answer
      phase.value = 'ready'
      return null
    } catch (failure) {
      if (mine !== asked) return null
      error.value = failure
      if (data.value === null) phase.value = 'error'
      return failure
    }
  }

  /** Something else is asked for from now on: what is shown was not that, so it goes before the answer comes. */
  async function anew(): Promise<void> {
    data.value = null
    error.value = null
    phase.value = 'loading'
    await load()
  }

  function loadSoon(): void {
    if (pauseMs === 0) void load()
    else
      timer ??= setTimeout(() => {
        timer = undefined
        void load()
      }, pauseMs)
  }

  onMounted(() => {
    void load()
    stops.push(useLive().onReload(load))
    stops.push(
      useEntities().subscribe((changes) => {
        if (changes.some(concerns)) loadSoon()
      }),
    )
  })
  onBeforeUnmount(() => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  })

  return { phase, error, data, skeleton, load, anew }
}
