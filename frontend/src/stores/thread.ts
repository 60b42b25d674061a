/** The open conversation: its messages, what may be sent, who else is looking. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { conversations as api, requests as requestsApi } from '@/api/endpoints'
import type { ConversationView, MessageView, ServiceRequestView } from '@/api/contract'
import { isAway } from '@/api/problem'
import type { Change } from '@/realtime/reducer'
import { touched, useEntities } from './entities'
import { useLive } from './live'
import { useSession } from './session'

const PAGE_SIZE = 50
const LANES_PAUSE_MS = 600

export const useThread = defineStore('thread', () => {
  const entities = useEntities()
  const live = useLive()
  const session = useSession()
  const requestId = ref<number | null>(null)
  const phase = ref<'none' | 'loading' | 'ready' | 'error' | 'gone'>('none')
  const error = shallowRef<unknown>(null)
  const conversation = shallowRef<ConversationView | null>(null)
  const ids = ref<number[]>([])
  const olderCursor = ref<string | null>(null)
  const loadingOlder = ref(false)
  const olderFailed = shallowRef<unknown>(null)
  /** Number of the last message that had been read when the conversation was opened; the divider follows it. */
  const readUpTo = ref<number | null>(null)
  let running: AbortController | null = null
  /** Grows with every conversation that is opened or left: an answer about an earlier one is dropped. */
  let opened = 0
  let lanesTimer: ReturnType<typeof setTimeout> | undefined

  const request = computed(() =>
    requestId.value === null ? null : (entities.state.service_request[requestId.value] ?? null),
  )
  const messages = computed(() =>
    ids.value
      .map((id) => entities.state.message[id])
      .filter((message) => message !== undefined)
      .sort((a, b) => a.number - b.number),
  )
  const viewers = computed(() =>
    conversation.value ? (live.viewers[conversation.value.id] ?? conversation.value.viewers) : [],
  )

  async function open(id: number): Promise<void> {
    if (requestId.value === id && phase.value !== 'error') return
    forget()
    requestId.value = id
    phase.value = 'loading'
    readUpTo.value = null
    await load()
  }

  function close(): void {
    running?.abort()
    forget()
    requestId.value = null
    phase.value = 'none'
    live.watch(null)
  }

  function forget(): void {
    opened += 1
    conversation.value = null
    ids.value = []
    olderCursor.value = null
    loadingOlder.value = false
    olderFailed.value = null
  }

  /** Load (again) without losing what is on screen, of which somebody may be writing. Why it failed. */
  async function load(): Promise<unknown> {
    const id = requestId.value
    if (id === null) return null
    running?.abort()
    const controller = new AbortController()
    running = controller
    try {
      const held = entities.state.service_request[id] ?? (await fetchRequest(id))
      const [view, page] = await Promise.all([
        api.get(held.conversation_id, controller.signal),
        api.messages(held.conversation_id, null, PAGE_SIZE, controller.signal),
      ])
      if (controller.signal.aborted) return null
      // More came meanwhile than one page holds: what lies between is not here, so it is read again from the end.
      const goesOn = page.next_cursor === null || page.items.some((item) => ids.value.includes(item.id))
      if (!goesOn) ids.value = []
      take(view, page.items)
      olderCursor.value = page.next_cursor
      phase.value = 'ready'
      live.watch(view.id)
      return null
    } catch (failure) {
      if (controller.signal.aborted) return null
      error.value = failure
      if (phase.value !== 'ready' || isAway(failure)) phase.value = 'error'
      return failure
    }
  }

  async function fetchRequest(id: number) {
    const item = await requestsApi.get(id)
    entities.load('service_request', [item])
    return item
  }

  function take(view: ConversationView, items: MessageView[]): void {
    entities.load('service_request', view.requests)
    entities.load('message', items)
    conversation.value = view
    readUpTo.value ??= lastReadNumber(items, request.value)
    ids.value = [...new Set([...ids.value, ...items.map((item) => item.id)])]
  }

  async function loadOlder(): Promise<void> {
    const first = messages.value[0]
    if (!conversation.value || !first || olderCursor.value === null || loadingOlder.value) return
    const mine = opened
    loadingOlder.value = true
    olderFailed.value = null
    try {
      const page = await api.messages(conversation.value.id, first.number, PAGE_SIZE)
      if (mine !== opened) return
      entities.load('message', page.items)
      ids.value = [...new Set([...page.items.map((item) => item.id), ...ids.value])]
      olderCursor.value = page.next_cursor
    } catch (failure) {
      // What is there stays; asking again asks again.
      if (mine === opened) olderFailed.value = failure
    } finally {
      if (mine === opened) loadingOlder.value = false
    }
  }

  function onChanges(changes: Change[]): void {
    let mayHaveChanged = false
    if (requestId.value !== null && touched(changes, 'service_request').withdrawn.includes(requestId.value))
      leave()
    for (const id of touched(changes, 'message').shown) {
      if (entities.state.message[id]?.conversation_id !== conversation.value?.id) continue
      if (!ids.value.includes(id)) ids.value = [...ids.value, id]
      mayHaveChanged = true
    }
    if (mayHaveChanged) refreshLanesSoon()
  }

  /** A reply makes three events within a second; one question after them is enough. */
  function refreshLanesSoon(): void {
    clearTimeout(lanesTimer)
    lanesTimer = setTimeout(() => void refreshLanes(), LANES_PAUSE_MS)
  }

  /** A new message changes what may be sent (window, remaining replies, quota). */
  async function refreshLanes(): Promise<void> {
    const id = conversation.value?.id
    if (id === undefined) return
    try {
      const view = await api.get(id)
      if (conversation.value?.id === id) conversation.value = view
    } catch {
      // The composer keeps the last known state; the server checks every reply anyway.
    }
  }

  function leave(): void {
    phase.value = 'gone'
    live.watch(null)
  }

  const lastInbound = () => messages.value.findLast((message) => message.direction === 'inbound')

  /** Only the person whose work it is makes it read: a look by somebody else must not hide it from them. */
  async function markRead(): Promise<void> {
    if (session.looking) return
    if (request.value?.assignee?.id !== session.operator?.id) return
    const last = lastInbound()
    if (!conversation.value || !last || !request.value) return
    // What was given and has nothing unread is opened all the same: its timer ends.
    if (request.value.unread_count === 0 && request.value.offered_at === null) return
    try {
      await api.markRead(conversation.value.id, last.number)
      // What came in meanwhile is unread; the event of the change says how many that are.
      if (lastInbound()?.number === last.number) entities.setUnread(request.value.id, 0)
    } catch {
      // Still unread; the next look tries again.
    }
  }

  return {
    requestId,
    phase,
    error,
    conversation,
    request,
    messages,
    viewers,
    olderCursor,
    loadingOlder,
    olderFailed,
    readUpTo,
    open,
    close,
    load,
    loadOlder,
    onChanges,
    markRead,
    refreshLanes,
  }
})

/** Number of the newest message before the unread ones; a request counts those of its own lane. */
function lastReadNumber(items: MessageView[], request: ServiceRequestView | null): number {
  const unread = request?.unread_count ?? 0
  const inbound = items.filter((item) => item.direction === 'inbound' && item.lane === request?.lane)
  const firstUnread = unread > 0 ? inbound.at(-Math.min(unread, inbound.length)) : undefined
  return firstUnread ? firstUnread.number - 1 : Number.MAX_SAFE_INTEGER
}
