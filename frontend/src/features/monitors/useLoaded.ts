/** Something a page loads on entry, after the live connection lost track, and when an event says that it changed. */

import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'

import type { Change } from '@/realtime/reducer'
import { useEntities } from '@/stores/entities'
import { useLive } from '@/stores/live'
import { useDelayed } from '@/ui/useDelayed'

export function useLoaded<T>(read: () => Promise<T>, concerns: (change: Change) => boolean = () => false) {
  const phase = ref<'loading' | 'ready' | 'error'>('loading')
  const error = shallowRef<unknown>(null)
  const data = shallowRef<T | null>(null)
  const skeleton = useDelayed(() => phase.value === 'loading')
  const stops: (() => void)[] = []
  let asked = 0

  async function load(): Promise<void> {
    asked += 1
    const mine = asked
    try {
      const answer = await read()
      if (mine !== asked) return
      data.value = answer
      phase.value = 'ready'
    } catch (failure) {
      if (mine !== asked) return
      error.value = failure
      if (data.value === null) phase.value = 'error'
    }
  }

  onMounted(() => {
    void load()
    stops.push(useLive().onReload(load))
    stops.push(
      useEntities().subscribe((changes) => {
        if (changes.some(concerns)) void load()
      }),
    )
  })
  onBeforeUnmount(() => {
    for (const stop of stops) stop()
  })

  return { phase, error, data, skeleton, load }
}
