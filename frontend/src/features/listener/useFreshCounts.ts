/**
 * The stream's counts, asked for again when items were judged (a burst of batches asks once), rows that colleagues corrected, and
 * rows that were shown before they were judged: the event that tells of it may have come before the list.
 */

import { onBeforeUnmount, onMounted, watch } from 'vue'

import { happened, useEntities } from '@/stores/entities'
import { useListener } from '@/stores/listener'
import { useLive } from '@/stores/live'

const PAUSE_MS = 1500
/** Nobody announces what is received and not yet judged. */
const REFRESH_MS = 30_000

export function useFreshCounts(): void {
  const listener = useListener()
  const live = useLive()
  let waiting: ReturnType<typeof setTimeout> | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let looking: ReturnType<typeof setTimeout> | undefined
  let tries = 0
  let stop: () => void = () => undefined

  function ask(): void {
    waiting = undefined
    if (document.hidden || live.state !== 'online') return
    void listener.loadCounts()
    void listener.refreshUnjudged()
  }

  /** Soon, and more slowly each time when the judging is behind. */
  function lookForVerdicts(): void {
    clearTimeout(looking)
    if (listener.items.every((item) => item.verdict !== null)) tries = 0
    else looking = setTimeout(look, Math.min(REFRESH_MS, PAUSE_MS * 2 ** tries))
  }

  function look(): void {
    tries += 1
    void listener.refreshUnjudged().then(lookForVerdicts)
  }

  watch(() => listener.items, lookForVerdicts, { immediate: true })

  onMounted(() => {
    stop = useEntities().subscribe((changes) => {
      for (const { event } of changes)
        if (event?.name === 'inbound_item.labelled') void listener.refresh(event.payload.inbound_item_id)
      if (happened(changes, 'inbound_item.judged')) waiting ??= setTimeout(ask, PAUSE_MS)
    })
    timer = setInterval(ask, REFRESH_MS)
  })
  onBeforeUnmount(() => {
    stop()
    clearTimeout(waiting)
    clearTimeout(looking)
    clearInterval(timer)
  })
}
