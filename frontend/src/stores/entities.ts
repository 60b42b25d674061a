/** The normalised entities on screen. Every read and every event ends up here; lists and threads hold ids. */

import { defineStore } from 'pinia'
import { reactive } from 'vue'

import type { AccountView, EventView, MessageView, ServiceRequestView } from '@/api/contract'
import { applyEvent, emptyEntities, putAccount, putMessage, putRequest, type Change } from '@/realtime/reducer'

type Listener = (changes: Change[]) => void

export const useEntities = defineStore('entities', () => {
  const state = reactive(emptyEntities())
  const listeners = new Set<Listener>()

  function apply(events: EventView[]): void {
    const changes = events.map((event) => applyEvent(state, event))
    for (const listener of listeners) listener(changes)
  }

  /** Be told about live changes; returns the function that stops it. */
  function subscribe(listener: Listener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** Put what a call answered, as if everybody had been told: one path for own and others' changes. */
  function takeRequest(request: ServiceRequestView): void {
    putRequest(state, request)
    notify({ requestId: request.id })
  }

  function takeMessage(message: MessageView): void {
    putMessage(state, message)
    notify({ message })
  }

  function notify(change: Change): void {
    for (const listener of listeners) listener([change])
  }

  function forgetRequest(id: number): void {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- entity tables are keyed by id
    delete state.requests[id]
    notify({ withdrawn: id })
  }

  /** What this person has read is theirs alone, so it changes no version. */
  function setUnread(id: number, count: number): void {
    const held = state.requests[id]
    if (held && held.unread_count !== count) state.requests[id] = { ...held, unread_count: count }
    notify({ requestId: id })
  }

  function clear(): void {
    Object.assign(state, emptyEntities())
  }

  return {
    state,
    apply,
    subscribe,
    takeRequest,
    takeMessage,
    forgetRequest,
    setUnread,
    clear,
    loadRequests: (items: ServiceRequestView[]) => items.forEach((item) => putRequest(state, item)),
    loadMessages: (items: MessageView[]) => items.forEach((item) => putMessage(state, item)),
    loadAccounts: (items: AccountView[]) => items.forEach((item) => putAccount(state, item)),
  }
})
