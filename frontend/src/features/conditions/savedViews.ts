/** The kept views of a subject, read when one enters, when colleagues change one, and their counts when rows change. */

import { computed, shallowReactive, watch } from 'vue'

import { useLoaded } from '@/ui/useLoaded'
import { conditionsApi, type SavedView } from './api'

const COUNTS_PAUSE_MS = 2000
const known = shallowReactive(new Map<string, SavedView[]>())

/** What a list is called that shows a kept view; null without one, or while its name is not known yet. */
export function nameOfView(subject: string, id: number | null): string | null {
  return known.get(subject)?.find((view) => view.id === id)?.name ?? null
}

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
  watch(views, (next) => known.set(subject, next))
  const counts = computed(() => new Map(counted.data.value?.items.map((row) => [row.id, row.count]) ?? []))
  return { views, counts }
}
