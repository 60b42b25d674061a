/** The kept views of a subject, read when one enters, when colleagues change one, and their counts when rows change. */

import { computed } from 'vue'

import { useLoaded } from '@/ui/useLoaded'
import { conditionsApi } from './api'

const COUNTS_PAUSE_MS = 2000

export function useSavedViews(subject: string) {
  const list = useLoaded(
    () => conditionsApi.views(subject),
    ({ event }) => event?.name.startsWith('saved_view') === true,
  )
  const counted = useLoaded(
    () => conditionsApi.counts(subject),
    ({ event }) => [subject, 'saved_view'].includes(event?.name.split('.')[0] ?? ''),
    COUNTS_PAUSE_MS,
  )
  const views = computed(() => list.data.value?.items ?? [])
  const counts = computed(() => new Map(counted.data.value?.items.map((row) => [row.id, row.count]) ?? []))
  return { views, counts }
}
