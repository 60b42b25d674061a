/** What was heard and what became of it: one filtered list, loaded page by page. */

import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'

import { inbound as api, type InboundQuery } from '@/api/endpoints'
import type { InboundCounts, InboundItemView } from '@/api/contract'

const MOST_AT_ONCE = 20

export const useListener = defineStore('listener', () => {
  const phase = ref<'loading' | 'ready' | 'error'>('loading')
  const error = shallowRef<unknown>(null)
  const items = shallowRef<InboundItemView[]>([])
  const counts = shallowRef<InboundCounts | null>(null)
  const cursor = ref<string | null>(null)
  const loadingMore = ref(false)
  const moreFailed = shallowRef<unknown>(null)
  let query: InboundQuery = {}
  let running: AbortController | null = null
  let countedFor = 0

  async function open(next: InboundQuery): Promise<void> {
    query = next
    phase.value = 'loading'
    items.value = []
    cursor.value = null
    moreFailed.value = null
    await load()
  }

  async function load(): Promise<void> {
    running?.abort()
    const controller = new AbortController()
    running = controller
    void loadCounts()
    try {
      const page = await api.list(query, controller.signal)
      if (controller.signal.aborted) return
      items.value = page.items
      cursor.value = page.next_cursor
      error.value = null
      phase.value = 'ready'
    } catch (failure) {
      if (controller.signal.aborted) return
      error.value = failure
      phase.value = 'error'
    }
  }

  async function more(): Promise<void> {
    if (cursor.value === null || loadingMore.value) return
    loadingMore.value = true
    moreFailed.value = null
    const asked = query
    try {
      const page = await api.list({ ...query, cursor: cursor.value })
      // Meanwhile another list may have been opened; this page is not of it.
      if (asked !== query) return
      const held = new Set(items.value.map((item) => item.id))
      items.value = [...items.value, ...page.items.filter((item) => !held.has(item.id))]
      cursor.value = page.next_cursor
    } catch (failure) {
      // The button stays; pressing it again asks again.
      if (asked === query) moreFailed.value = failure
    } finally {
      loadingMore.value = false
    }
  }

  async function loadCounts(): Promise<void> {
    countedFor += 1
    const mine = countedFor
    const { account_id = null, monitor_id = null } = query
    try {
      const answer = await api.counts({ account_id, monitor_id })
      // A slow answer for the filter of before must not stand beside the list of now.
      if (mine === countedFor) counts.value = answer
    } catch {
      // The figures of before stay.
    }
  }

  /** Turn a filtered item into a request after all. */
  async function rescue(id: number): Promise<InboundItemView> {
    const rescued = await api.rescue(id)
    items.value = items.value.map((item) => (item.id === id ? rescued : item))
    void loadCounts()
    return rescued
  }

  /** Rows that were shown before they were judged: what became of them. */
  async function refreshUnjudged(): Promise<void> {
    const waiting = items.value.filter((item) => item.verdict === null).slice(0, MOST_AT_ONCE)
    const answers = await Promise.allSettled(waiting.map((item) => api.get(item.id)))
    const found = new Map(
      answers.flatMap((answer) =>
        answer.status === 'fulfilled' ? [[answer.value.id, answer.value] as const] : [],
      ),
    )
    // A row that could not be had stays as it was and is asked for again.
    if (found.size > 0) items.value = items.value.map((item) => found.get(item.id) ?? item)
  }

  /** Put what a correction answered in place of the row. */
  function replace(item: InboundItemView): void {
    items.value = items.value.map((held) => (held.id === item.id ? item : held))
    void loadCounts()
  }

  /** A colleague corrected or rescued it: the row says so without a reload. */
  async function refresh(id: number): Promise<void> {
    if (!items.value.some((item) => item.id === id)) return
    try {
      replace(await api.get(id))
    } catch {
      // The row of before stays; the next look at the list shows what it is.
    }
  }

  return {
    refresh,
    refreshUnjudged,
    moreFailed,
    replace,
    phase,
    error,
    items,
    counts,
    cursor,
    loadingMore,
    open,
    load,
    loadCounts,
    more,
    rescue,
  }
})
