/** The list of requests of one view: what was loaded, what came live, what waits behind the bar. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { requests as api } from '@/api/endpoints'
import type { RequestCounts, RequestPage, ServiceRequestView, ViewName } from '@/api/contract'
import {
  inOrder,
  placed,
  settle,
  type ListQuery,
  type Place,
  type Places,
  type Rows,
} from '@/features/workbench/listModel'
import type { Change } from '@/realtime/reducer'
import { pagesOf } from '@/ui/kit/pages'
import { touched, useEntities } from './entities'
import { useAccounts } from './accounts'
import { useSession } from './session'

const PAGE_SIZE = 50
const COUNTS_DELAY_MS = 800
/** A burst of events asks once; one's own change is asked about at once. */
const ASK_DELAY_MS = 120
const MOST_ASKED = 100

export const useInbox = defineStore('inbox', () => {
  const entities = useEntities()
  const session = useSession()
  const accounts = useAccounts()
  const query = shallowRef<ListQuery>({
    view: 'mine',
    accountId: null,
    lane: null,
    unread: false,
    overdue: false,
    text: '',
    sort: 'urgent',
    condition: '',
    savedId: null,
  })
  const rows = shallowRef<Rows>({ shown: [], waiting: [] })
  const fresh = ref<ReadonlySet<number>>(new Set())
  const serverTotal = ref(0)
  /** False while the total is only how many were read so far: what holds common words is not counted. */
  const countedAll = ref(true)
  const counts = shallowRef<RequestCounts | null>(null)
  const selectedId = ref<number | null>(null)

  /** Which requests belong and where each stands: the server's word. */
  const places = shallowRef<Places>(new Map())
  /** The place of the last row loaded; what sorts behind it comes with the next page. */
  let frontier: Place | null = null
  /** Changed, and not yet asked about. */
  const doubtful = new Set<number>()
  let askTimer: ReturnType<typeof setTimeout> | undefined
  let still = false
  const pages = pagesOf<ServiceRequestView, RequestPage>({
    read: (from, signal) => api.list({ ...conditions(), cursor: from, limit: PAGE_SIZE }, signal),
    keyOf: (item) => item.id,
    onPage: takePage,
    // The rows are those of the entities, in the order of their places.
    holds: false,
  })
  const { phase, error, cursor, loadingMore, generation } = pages
  let countsTimer: ReturnType<typeof setTimeout> | undefined

  const items = computed(() =>
    rows.value.shown.map((id) => entities.state.service_request[id]).filter((item) => item !== undefined),
  )
  /** A whole view has one number, which stands beside its name too; only what is filtered is counted here. */
  const total = computed(() => {
    if (!filtered.value && counts.value) return counts.value.views[query.value.view]
    return cursor.value === null ? rows.value.shown.length + rows.value.waiting.length : serverTotal.value
  })
  /** The total as it is shown; `50+` where there are more than were counted. */
  const shownTotal = computed(() =>
    countedAll.value ? shownCount(query.value.view, total.value) : `${String(serverTotal.value)}+`,
  )
  /** As it is shown: what is done is counted only so far, and more of it reads as `10000+`. */
  function shownCount(view: ViewName, count: number): string {
    const end = counts.value?.counted_to ?? count
    return view === 'resolved' && count > end ? `${end}+` : String(count)
  }
  const filtered = computed(
    () =>
      query.value.text !== '' ||
      query.value.unread ||
      query.value.overdue ||
      query.value.lane !== null ||
      query.value.accountId !== null ||
      query.value.condition !== '' ||
      query.value.savedId !== null,
  )

  async function open(next: ListQuery): Promise<void> {
    query.value = next
    places.value = new Map()
    doubtful.clear()
    rows.value = { shown: [], waiting: [] }
    await pages.anew()
  }

  /** Read the list again without emptying the screen. */
  function load(): Promise<unknown> {
    return pages.load()
  }

  function conditions() {
    const { view, accountId, lane, unread, overdue, text, sort, condition, savedId } = query.value
    return {
      // A saved view says itself which requests it is about, and so does a condition about all of them.
      view: savedId === null && (condition === '' || view !== 'all') ? view : null,
      account_id: accountId,
      lane,
      unread,
      overdue,
      q: text,
      sort,
      condition: condition === '' ? null : condition,
      saved_view_id: savedId,
    }
  }

  function takePage(page: RequestPage, isFirst: boolean): void {
    entities.load('service_request', page.items)
    const next = new Map(isFirst ? [] : places.value)
    page.items.forEach((item, index) => next.set(item.id, page.places[index] ?? []))
    places.value = next
    serverTotal.value = page.total
    countedAll.value = page.counted_all
    frontier = page.next_cursor === null ? null : (page.places.at(-1) ?? frontier)
    refresh(true)
    if (isFirst && doubtful.size > 0) askSoon(0)
  }

  function wanted(): number[] {
    return inOrder(places.value).filter((id) => entities.state.service_request[id] !== undefined)
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
    const { shown, withdrawn } = touched(changes, 'service_request')
    if (shown.length + withdrawn.length === 0) return
    if (withdrawn.length > 0) {
      places.value = placed(places.value, withdrawn, [], null)
      for (const id of withdrawn) doubtful.delete(id)
      if (phase.value === 'ready') refresh()
    }
    for (const id of shown) doubtful.add(id)
    if (shown.length > 0) askSoon(changes.some((change) => change.event === null) ? 0 : ASK_DELAY_MS)
    refreshCountsSoon()
  }

  function askSoon(delay: number): void {
    if (delay === 0) clearTimeout(askTimer)
    else if (askTimer !== undefined) return
    askTimer = setTimeout(() => {
      askTimer = undefined
      void ask()
    }, delay)
  }

  /** Ask the server which of the changed requests belong to this list. */
  async function ask(): Promise<void> {
    if (phase.value !== 'ready') return
    const asked = [...doubtful].slice(0, MOST_ASKED)
    if (asked.length === 0) return
    for (const id of asked) doubtful.delete(id)
    const mine = generation.value
    try {
      const answer = await members(asked)
      if (mine !== generation.value) {
        // The list was loaded anew meanwhile, perhaps from before the change: ask again of the new one.
        for (const id of asked) doubtful.add(id)
        askSoon(0)
        return
      }
      places.value = placed(places.value, asked, answer, frontier)
      refresh()
    } catch {
      // They stay as they were; the next change, or the reload after a lost connection, asks again.
      if (mine === generation.value) for (const id of asked) doubtful.add(id)
      return
    }
    if (doubtful.size > 0) askSoon(ASK_DELAY_MS)
  }

  async function members(asked: number[]): Promise<{ id: number; place: Place }[]> {
    const answer = await api.membership({
      ...conditions(),
      ids: asked.join(','),
      uncounted: !countedAll.value,
    })
    if (answer.total !== null) serverTotal.value = answer.total
    const open = selectedId.value
    // The open request stays while it is being read, even if reading it is what made it leave the unread filter.
    if (open === null || !query.value.unread || !asked.includes(open)) return answer.items
    const kept = await api.membership({ ...conditions(), unread: false, ids: String(open) })
    return [...answer.items.filter((item) => item.id !== open), ...kept.items]
  }

  /** How many belong to the list, for who must know it to the last. */
  async function count(): Promise<number> {
    if (countedAll.value) return total.value
    return (await api.membership({ ...conditions(), ids: String(rows.value.shown[0] ?? 0) })).total ?? 0
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

  async function loadCounts(): Promise<unknown> {
    try {
      counts.value = await api.counts()
      session.setInHand(counts.value.in_hand, counts.value.load)
      accounts.learn(counts.value.accounts.map((row) => row.account))
      return null
    } catch (failure) {
      // Old figures are better than none; the next change asks again.
      return failure
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
    conditions,
    query,
    phase,
    error,
    rows,
    items,
    fresh,
    total,
    shownTotal,
    count,
    counts,
    shownCount,
    cursor,
    loadingMore,
    selectedId,
    filtered,
    open,
    load,
    more: pages.more,
    onChanges,
    setStill,
    showWaiting,
    loadCounts,
    neighbour,
    waitingPriority: (id: number) => entities.state.service_request[id]?.priority ?? 4,
    leftView: (item: ServiceRequestView) => !places.value.has(item.id),
  }
})
