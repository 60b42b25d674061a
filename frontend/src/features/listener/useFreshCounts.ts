/** The stream's counts, asked for again when items were judged (a burst of batches asks once), and rows that colleagues corrected. */

import { onBeforeUnmount, onMounted } from 'vue'

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
  let stop: () => void = () => undefined

  function ask(): void {
    waiting = undefined
    if (!document.hidden && live.state === 'online') void listener.loadCounts()
  }

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
    clearInterval(timer)
  })
}
