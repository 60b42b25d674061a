/** What was heard and what became of it: one filtered list, loaded page by page. */

import { defineStore } from 'pinia'
import { markRaw, shallowRef } from 'vue'

import { inbound as api, type InboundQuery } from '@/api/endpoints'
import type { InboundCounts, InboundItemView } from '@/api/contract'
import { pagesOf } from '@/ui/kit/pages'

const MOST_AT_ONCE = 20

export const useListener = defineStore('listener', () => {
  const counts = shallowRef<InboundCounts | null>(null)
  let query: InboundQuery = {}
  let countedFor = 0
  const pages = pagesOf<InboundItemView>({
    read: (cursor, signal) => api.list(cursor === null ? query : { ...query, cursor }, signal),
    keyOf: (item) => item.id,
  })
  const { items } = pages

  async function open(next: InboundQuery): Promise<void> {
    query = next
    void loadCounts()
    await pages.anew()
  }

  async function load(): Promise<unknown> {
    void loadCounts()
    return pages.load()
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
    replace(rescued)
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
    pages.replace(item)
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

  const { phase, error, cursor, loadingMore, moreFailed, more } = pages
  return {
    /** The same list for the parts of the kit, whose refs stay refs. */
    pages: markRaw(pages),
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
