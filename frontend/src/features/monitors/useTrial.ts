/** The trial of filter settings that the address names (`?work=17`): long work, followed by its events while it goes on. */

import { onBeforeUnmount, ref, shallowRef, watch } from 'vue'

import { useKeys } from '@/features/longwork/keys'
import { useEntities } from '@/stores/entities'
import { useLive } from '@/stores/live'
import { filtersApi, type Span, type TrialStep, type TrialView } from './api'
import type { Subject } from './filterSubject'

export function useTrial(number: () => number | null) {
  const entities = useEntities()
  const result = shallowRef<TrialView | null>(null)
  const error = shallowRef<unknown>(null)
  /** False until it is known what the address names. */
  const known = ref(false)
  const key = useKeys()
  let asked = 0

  /** Why the trial could not be read, null when it was. */
  async function load(): Promise<unknown> {
    asked += 1
    const mine = asked
    const wanted = number()
    if (wanted !== result.value?.work.id) result.value = null
    error.value = null
    if (wanted !== null)
      try {
        const found = await filtersApi.trialOf(wanted)
        if (mine === asked) result.value = found
      } catch (failure) {
        if (mine === asked) error.value = failure
      }
    if (mine === asked) known.value = true
    return error.value
  }

  /** Raises what the call raises; the work's number. The same settings again are another trial once one has ended. */
  async function begin({ kind, id }: Subject, steps: TrialStep[], days: Span): Promise<number> {
    const subject = {
      account_id: kind === 'account' ? id : null,
      monitor_id: kind === 'monitor' ? id : null,
    }
    const last = result.value?.work.finished_at ?? null
    const work = await filtersApi.trial(subject, steps, days, key([subject, steps, days, last]))
    entities.take('long_work', work)
    return work.id
  }

  watch(number, load, { immediate: true })
  const stops = [
    useLive().onReload(load),
    entities.subscribe((changes) => {
      const concerns = changes.some(({ shown }) =>
        shown.some(({ kind, id }) => kind === 'long_work' && id === number()),
      )
      if (concerns) void load()
    }),
  ]
  onBeforeUnmount(() => {
    for (const stop of stops) stop()
  })
  return { result, error, known, load, begin }
}
