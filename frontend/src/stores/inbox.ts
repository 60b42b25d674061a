/** The list of requests of one view: what was loaded, what came live, what waits behind the bar. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { requests as api } from '@/api/endpoints'
import type { RequestCounts, RequestPage, ServiceRequestView } from '@/api/contract'
import { compare, matches, settle, type ListQuery, type Me, type Rows } from '@/features/workbench/listModel'
import type { Change } from '@/realtime/reducer'
import { useEntities } from './entities'
import { useSession } from './session'

const PAGE_SIZE = 50
const COUNTS_DELAY_MS = 800

export const useInbox = defineStore('inbox', () => {
  const entities = useEntities()
  const session = useSession()
  const query = shallowRef<ListQuery>({ view: 'mine', accountId: null, lane: null, unread: false, text: '', sort: 'urgent' })
  const phase = ref<'loading' | 'ready' | 'error'>('loading')
  const error = shallowRef<unknown>(null)
  const rows = shallowRef<Rows>({ shown: [], waiting: [] })
  const fresh = ref<ReadonlySet<number>>(new Set())
  const serverTotal = ref(0)
  const counts = shallowRef<RequestCounts | null>(null)
  const cursor = ref<string | null>(null)
  const loadingMore = ref(false)
  const selectedId = ref<number | null>(null)

  const members = new Set<number>()
  /** The last row the server gave; what sorts behind it comes with the next page. */
  let frontier: ServiceRequestView | null = null
  let still = false
  let running: AbortController | null = null
  let countsTimer: ReturnType<typeof setTimeout> | undefined

  const me = computed<Me>(() => ({
    id: session.operator?.id ?? 0,
    teamIds: session.operator?.teams.map((team) => team.id) ?? [],
  }))
  const items = computed(() =>
    rows.value.shown.map((id) => entities.state.requests[id]).filter((item) => item !== undefined),
  )
  /** Once every page is here the rows are the total; before, only the server knows it. */
  const total = computed(() => (cursor.value === null ? rows.value.shown.length + rows.value.waiting.length : serverTotal.value))
  const filtered = computed(
    () => query.value.text !== '' || query.value.unread || query.value.lane !== null || query.value.accountId !== null,
  )

  async function open(next: ListQuery): Promise<void> {
    query.value = next
    phase.value = 'loading'
    members.clear()
    rows.value = { shown: [], waiting: [] }
    await load()
  }

  /** Load the first page again without emptying the screen. */
  async function load(): Promise<void> {
    running?.abort()
    const controller = new AbortController()
    running = controller
    try {
      const page = await fetchPage(null, controller.signal)
      if (controller.signal.aborted) return
      members.clear()
      takePage(page)
      phase.value = 'ready'
      error.value = null
      refresh(true)
    } catch (failure) {
      if (controller.signal.aborted) return
      error.value = failure
      phase.value = 'error'
    }
  }

  function fetchPage(from: string | null, signal?: AbortSignal): Promise<RequestPage> {
    const { view, accountId, lane, unread, text, sort } = query.value
    return api.list({ view, account_id: accountId, lane, unread, q: text, sort, cursor: from, limit: PAGE_SIZE }, signal)
  }

  function takePage(page: RequestPage): void {
    entities.loadRequests(page.items)
    for (const item of page.items) members.add(item.id)
    cursor.value = page.next_cursor
    serverTotal.value = page.total
    frontier = page.next_cursor === null ? null : (page.items.at(-1) ?? frontier)
  }

  async function more(): Promise<void> {
    if (cursor.value === null || loadingMore.value) return
    loadingMore.value = true
    try {
      takePage(await fetchPage(cursor.value))
      refresh(true)
    } catch {
      // The rows that are there stay usable; scrolling tries again.
    } finally {
      loadingMore.value = false
    }
  }

  function wanted(): number[] {
    const list: ServiceRequestView[] = []
    for (const id of members) {
      const item = entities.state.requests[id]
      if (item && keeps(item)) list.push(item)
    }
    return list.sort((a, b) => compare(a, b, query.value.sort)).map((item) => item.id)
  }

  /** The open request stays while it is being read, even if reading it is what made it leave the unread filter. */
  function keeps(item: ServiceRequestView): boolean {
    return matches(item, item.id === selectedId.value ? { ...query.value, unread: false } : query.value, me.value)
  }

  function refresh(force = false): void {
    const before = new Set(rows.value.shown)
    rows.value = settle(rows.value, wanted(), still && !force)
    if (!force) markFresh(rows.value.shown.filter((id) => !before.has(id)))
  }

  function markFresh(ids: number[]): void {
    if (ids.length === 0) return
    fresh.value = new Set([...fresh.value, ...ids])
    setTimeout(() => {
      fresh.value = new Set([...fresh.value].filter((id) => !ids.includes(id)))
    }, 1200)
  }

  function onChanges(changes: Change[]): void {
    let touched = false
    for (const change of changes) {
      if (change.requestId !== undefined) touched = admit(change.requestId) || touched
      if (change.withdrawn !== undefined) touched = true
    }
    if (!touched) return
    if (phase.value === 'ready') refresh()
    refreshCountsSoon()
  }

  function admit(id: number): boolean {
    const item = entities.state.requests[id]
    if (item && query.value.text === '' && matches(item, query.value, me.value) && withinLoaded(item)) members.add(id)
    return true
  }

  function withinLoaded(item: ServiceRequestView): boolean {
    return frontier === null || compare(item, frontier, query.value.sort) <= 0
  }

  /** True while the person points at the rows or has scrolled away from the top. */
  function setStill(value: boolean): void {
    if (still === value) return
    still = value
    if (!still && phase.value === 'ready') refresh()
  }

  function showWaiting(): void {
    const arrived = rows.value.waiting
    refresh(true)
    markFresh(arrived)
  }

  async function loadCounts(): Promise<void> {
    try {
      counts.value = await api.counts()
      // The server counts whatever is assigned and not finished; these two views are exactly that.
      session.setOpenRequests(counts.value.views.mine + counts.value.views.waiting)
    } catch {
      // Old figures are better than none; the next change asks again.
    }
  }

  function refreshCountsSoon(): void {
    if (countsTimer !== undefined) return
    countsTimer = setTimeout(() => {
      countsTimer = undefined
      void loadCounts()
    }, COUNTS_DELAY_MS)
  }

  /** Id of the row `step` places from the selected one; the first row when nothing is selected. */
  function neighbour(step: 1 | -1): number | null {
    const ids = rows.value.shown
    const index = selectedId.value === null ? -1 : ids.indexOf(selectedId.value)
    if (index === -1) return ids[0] ?? null
    return ids[index + step] ?? null
  }

  return {
    query,
    phase,
    error,
    rows,
    items,
    fresh,
    total,
    counts,
    cursor,
    loadingMore,
    selectedId,
    filtered,
    me,
    open,
    load,
    more,
    onChanges,
    setStill,
    showWaiting,
    loadCounts,
    neighbour,
    waitingPriority: (id: number) => entities.state.requests[id]?.priority ?? 4,
    leftView: (item: ServiceRequestView) => !keeps(item),
  }
})
