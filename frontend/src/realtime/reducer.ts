/**
 * Live events applied to the entities on screen. The result depends only on which events were applied, never on
 * their order or on how often each one came: an entity is replaced by a newer version only, and a withdrawal is
 * compared with the newest sequence number seen for that request.
 */

import type { AlertView, TopicView } from '@/features/topics/api'
import type { AccountView, EventView, MessageView, Presence, ServiceRequestView } from '@/api/contract'

export interface Entities {
  requests: Record<number, ServiceRequestView>
  messages: Record<number, MessageView>
  accounts: Record<number, AccountView>
  presence: Record<number, Presence>
  /** Newest sequence number that showed the request; 0 when it came from a read. */
  shownAt: Record<number, number>
  /** Sequence number of the newest withdrawal of the request. */
  withdrawnAt: Record<number, number>
  presenceAt: Record<number, number>
}

export function emptyEntities(): Entities {
  return {
    requests: {},
    messages: {},
    accounts: {},
    presence: {},
    shownAt: {},
    withdrawnAt: {},
    presenceAt: {},
  }
}

/** What an event touched, so that a screen can refresh just that. */
export interface Change {
  requestId?: number
  withdrawn?: number
  message?: MessageView
  account?: number
  presence?: number
  alert?: AlertView
  topic?: TopicView
  monitor?: { id: number; version: number }
  /** Another model version judges from now on. */
  model?: string
  /** Items of this account have been judged. */
  judged?: number
}

export function applyEvent(state: Entities, event: EventView): Change {
  switch (event.name) {
    case 'service_request.withdrawn':
      return withdraw(state, event.payload['id'] as number, event.seq)
    case 'account.status_changed':
    case 'account.capabilities_changed':
      return replaceAccount(state, event.payload['account'] as AccountView)
    case 'operator.presence_changed':
      return replacePresence(state, event)
    case 'alert.raised':
    case 'alert.acknowledged':
      return { alert: event.payload['alert'] as AlertView }
    case 'topic.updated':
      return { topic: event.payload['topic'] as TopicView }
    case 'monitor.updated':
      return { monitor: { id: event.payload['monitor_id'] as number, version: event.payload['version'] as number } }
    case 'model.promoted':
      return { model: event.payload['name'] as string }
    case 'inbound_item.judged':
      return { judged: event.payload['account_id'] as number }
    default:
      return applyViews(state, event)
  }
}

function applyViews(state: Entities, event: EventView): Change {
  const request = event.payload['service_request'] as ServiceRequestView | null | undefined
  const message = event.payload['message'] as MessageView | null | undefined
  const change: Change = {}
  if (request) {
    showRequest(state, request, event.seq)
    change.requestId = request.id
  }
  if (message) {
    putMessage(state, message)
    change.message = message
  }
  return change
}

function withdraw(state: Entities, id: number, seq: number): Change {
  if (seq > (state.withdrawnAt[id] ?? 0)) state.withdrawnAt[id] = seq
  if (seq <= (state.shownAt[id] ?? 0)) return {}
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- entity tables are keyed by id
  delete state.requests[id]
  return { withdrawn: id }
}

function showRequest(state: Entities, request: ServiceRequestView, seq: number): void {
  if (seq <= (state.withdrawnAt[request.id] ?? 0)) return
  if (seq > (state.shownAt[request.id] ?? 0)) state.shownAt[request.id] = seq
  const held = state.requests[request.id]
  if (!held || request.version > held.version) state.requests[request.id] = request
}

function replaceAccount(state: Entities, account: AccountView): Change {
  putAccount(state, account)
  return { account: account.id }
}

function replacePresence(state: Entities, event: EventView): Change {
  const id = event.payload['operator_id'] as number
  if (event.seq <= (state.presenceAt[id] ?? 0)) return {}
  state.presenceAt[id] = event.seq
  state.presence[id] = event.payload['presence'] as Presence
  return { presence: id }
}

/** Put a message that came from a call or an event; an older version never wins. */
export function putMessage(state: Entities, message: MessageView): void {
  const held = state.messages[message.id]
  if (!held || message.version >= held.version) state.messages[message.id] = message
}

/**
 * Put a request that came from a read. What was read counts as true unless an event already brought something newer;
 * an equal version replaces too, because a read carries counts (unread) that are the reader's own.
 */
export function putRequest(state: Entities, request: ServiceRequestView): void {
  const held = state.requests[request.id]
  if (!held || request.version >= held.version) state.requests[request.id] = request
}

export function putAccount(state: Entities, account: AccountView): void {
  const held = state.accounts[account.id]
  if (!held || account.version >= held.version) state.accounts[account.id] = account
}
