/** One function per endpoint the screens use. */

import type {
  AccountView,
  AnonymousSession,
  AssignableOperator,
  AssignmentDecision,
  ComposerLane,
  ConversationView,
  Correction,
  Explanation,
  InboundCounts,
  InboundItemView,
  Lane,
  Locale,
  MessageView,
  Page,
  Presence,
  RequestCounts,
  RequestPage,
  RequestStatus,
  ServiceRequestView,
  SessionView,
  SortName,
  ViewName,
} from './contract'
import { call } from './http'

export const session = {
  get: () => call<SessionView | AnonymousSession>('GET', '/session'),
  open: (login_name: string, password: string) =>
    call<SessionView>('POST', '/session', { body: { login_name, password } }),
  close: () => call<undefined>('DELETE', '/session'),
  setPresence: (presence: Presence) => call<SessionView>('PUT', '/session/presence', { body: { presence } }),
  setLocale: (locale: Locale) => call<SessionView>('PUT', '/session/locale', { body: { locale } }),
}

export interface RequestQuery {
  view: ViewName
  account_id?: number | null
  lane?: Lane | null
  unread?: boolean
  q?: string
  sort?: SortName
  cursor?: string | null
  limit?: number
}

export const requests = {
  list: (query: RequestQuery, signal?: AbortSignal) =>
    call<RequestPage>('GET', '/service-requests', { query: { ...query }, ...(signal ? { signal } : {}) }),
  counts: () => call<RequestCounts>('GET', '/service-requests/counts'),
  get: (id: number) => call<ServiceRequestView>('GET', `/service-requests/${id}`),
  assign: (id: number, operator_id: number | null, version: number) =>
    call<ServiceRequestView>('PUT', `/service-requests/${id}/assignee`, { body: { operator_id, version } }),
  setStatus: (id: number, status: RequestStatus, version: number) =>
    call<ServiceRequestView>('PUT', `/service-requests/${id}/status`, { body: { status, version } }),
  decisions: (id: number) =>
    call<{ items: AssignmentDecision[] }>('GET', `/service-requests/${id}/assignment-decisions`),
}

export interface ReplyBody {
  service_request_id: number
  lane: Lane
  text: string
  idempotency_key: string
  in_reply_to: number | null
  send_at: string | null
}

export const conversations = {
  get: (id: number, signal?: AbortSignal) =>
    call<ConversationView>('GET', `/conversations/${id}`, signal ? { signal } : {}),
  messages: (id: number, before: number | null, limit: number, signal?: AbortSignal) =>
    call<Page<MessageView>>('GET', `/conversations/${id}/messages`, {
      query: { before, limit },
      ...(signal ? { signal } : {}),
    }),
  reply: (id: number, body: ReplyBody) => call<MessageView>('POST', `/conversations/${id}/replies`, { body }),
  note: (id: number, text: string, idempotency_key: string) =>
    call<MessageView>('POST', `/conversations/${id}/notes`, { body: { text, idempotency_key } }),
  markRead: (id: number, number: number) =>
    call<undefined>('PUT', `/conversations/${id}/read`, { body: { number } }),
}

export const messages = {
  cancel: (id: number) => call<MessageView>('POST', `/messages/${id}/cancel`),
  retry: (id: number) => call<MessageView>('POST', `/messages/${id}/retry`),
  settle: (id: number, outcome: 'sent' | 'not_sent') =>
    call<MessageView>('POST', `/messages/${id}/outcome`, { body: { outcome } }),
}

export const operators = {
  assignable: (account_id: number) =>
    call<{ items: AssignableOperator[] }>('GET', '/operators', { query: { account_id } }),
}

export const accounts = {
  list: () => call<{ items: AccountView[] }>('GET', '/accounts'),
}

export type InboundOutcome = 'kept' | 'dropped' | 'pending'

export interface InboundQuery {
  outcome?: InboundOutcome | null
  reason?: string | null
  account_id?: number | null
  monitor_id?: number | null
  /** Only what a person should look at. */
  review?: boolean
  sentiment?: -1 | 0 | 1 | null
  intent?: string | null
  /** The repeats of one item. */
  cluster_of?: number | null
  hide_repeats?: boolean
  q?: string
  cursor?: string | null
}

export const inbound = {
  list: (query: InboundQuery, signal?: AbortSignal) =>
    call<Page<InboundItemView>>('GET', '/inbound-items', { query: { ...query }, ...(signal ? { signal } : {}) }),
  get: (id: number) => call<InboundItemView>('GET', `/inbound-items/${id}`),
  counts: (query: Pick<InboundQuery, 'account_id' | 'monitor_id'>) => call<InboundCounts>('GET', '/inbound-items/counts', { query: { ...query } }),
  explain: (id: number) => call<Explanation>('GET', `/inbound-items/${id}/explanation`),
  corrections: (id: number) => call<{ items: Correction[] }>('GET', `/inbound-items/${id}/corrections`),
  rescue: (id: number) => call<InboundItemView>('POST', `/inbound-items/${id}/rescue`),
}

/** The wire name of a composer lane. */
export function isReplyLane(lane: ComposerLane): lane is Lane {
  return lane !== 'note'
}
