/** Something a page loads on entry and after the live connection lost track. */

import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'

import { useLive } from '@/stores/live'
import { useDelayed } from '@/ui/useDelayed'

export function useLoaded<T>(read: () => Promise<T>) {
  const phase = ref<'loading' | 'ready' | 'error'>('loading')
  const error = shallowRef<unknown>(null)
  const data = shallowRef<T | null>(null)
  const skeleton = useDelayed(() => phase.value === 'loading')
  let stop: () => void = () => undefined
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
    stop = useLive().onReload(load)
  })
  onBeforeUnmount(() => stop())

  return { phase, error, data, skeleton, load }
}
