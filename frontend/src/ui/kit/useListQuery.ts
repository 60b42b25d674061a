/** What narrows a list and in which order it stands, kept in the address: shared as a link, there again after a reload. */

import { computed } from 'vue'
import { useRoute, useRouter, type LocationQueryValue } from 'vue-router'

import type { Narrowing } from '@/features/conditions/tree'
import type { Order } from './columns'

export interface ListQuery extends Narrowing {
  /** Words that are looked for. */
  words: string
  order: Order | null
}

/** What a list that the server narrows is asked for. */
export interface Asked {
  condition: string | null
  saved_view_id: number | null
  q: string
}

export function asked({ condition, savedId, words }: ListQuery): Asked {
  return { condition: condition || null, saved_view_id: savedId, q: words.trim() }
}

/** What a page may ask of the rows it shows: the one that keys act on, the next, another, none chosen. */
export interface RowsShown<Row> {
  current: Row | null
  go: (row: Row | undefined) => void
  step: (by: 1 | -1) => void
  /** Call before a row leaves: its neighbour becomes current. */
  leave: (row: Row) => void
  clear: () => void
}

const first = (value: LocationQueryValue | LocationQueryValue[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value) ?? ''

function orderOf(word: string): Order | null {
  if (word === '') return null
  return word.startsWith('-') ? { key: word.slice(1), down: true } : { key: word, down: false }
}

/** `?when=` a condition, `?saved=` a kept view, `?q=` words, `?sort=-at` an order. What else is there stays. */
export function useListQuery() {
  const route = useRoute()
  const router = useRouter()
  // While another page comes, the address is not this list's any more: it asks nothing new then.
  const own = route.name
  let held: ListQuery = { condition: '', savedId: null, words: '', order: null }
  const query = computed<ListQuery>(() => {
    if (route.name !== own) return held
    const saved = Number(first(route.query['saved']))
    held = {
      condition: first(route.query['when']),
      savedId: Number.isInteger(saved) && saved > 0 ? saved : null,
      words: first(route.query['q']),
      order: orderOf(first(route.query['sort'])),
    }
    return held
  })
  const isNarrowed = computed(
    () => query.value.condition !== '' || query.value.savedId !== null || query.value.words !== '',
  )

  function change(next: Partial<ListQuery>): void {
    const { condition, savedId, words, order } = { ...query.value, ...next }
    const said: Record<string, string | null> = {
      when: condition || null,
      saved: savedId === null ? null : String(savedId),
      q: words.trim() || null,
      sort: order === null ? null : `${order.down ? '-' : ''}${order.key}`,
    }
    const merged = Object.entries({ ...route.query, ...said }).filter(([, value]) => value !== null)
    void router.replace({ query: Object.fromEntries(merged) })
  }

  function clear(): void {
    change({ condition: '', savedId: null, words: '' })
  }

  return { query, isNarrowed, change, clear }
}
