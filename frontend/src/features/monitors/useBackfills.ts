/** A monitor's runs over stored posts: listed, started, followed while one is under way. */

import { computed, onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'

import { useSubmit } from '@/ui/useSubmit'
import { monitorsApi, type Backfill, type Span } from './api'

const FOLLOW_MS = 1500

export function isUnderWay(run: Backfill): boolean {
  return run.finished_at === null
}

export function useBackfills(monitorId: () => number, finished: () => void) {
  const phase = ref<'loading' | 'ready' | 'error'>('loading')
  const error = shallowRef<unknown>(null)
  const runs = shallowRef<Backfill[]>([])
  const work = useSubmit()
  const running = computed(() => runs.value.some(isUnderWay))
  let timer: ReturnType<typeof setTimeout> | undefined
  let left = false

  async function load(): Promise<void> {
    clearTimeout(timer)
    const before = runs.value
    try {
      runs.value = (await monitorsApi.backfills(monitorId())).items
      phase.value = 'ready'
      if (before.some(isUnderWay) && !running.value) finished()
    } catch (failure) {
      error.value = failure
      if (phase.value === 'loading') phase.value = 'error'
    }
    if (running.value && !left) timer = setTimeout(() => void load(), FOLLOW_MS)
  }

  async function start(days: Span): Promise<void> {
    const done = await work.submit(() => monitorsApi.startBackfill(monitorId(), days))
    if (done) runs.value = [done.answer, ...runs.value]
    await load()
  }

  onMounted(load)
  onBeforeUnmount(() => {
    left = true
    clearTimeout(timer)
  })

  return { phase, error, runs, running, busy: work.busy, problem: work.problem, load, start }
}
