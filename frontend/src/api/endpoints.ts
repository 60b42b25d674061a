/** The calls that several screens share; a feature's own calls are in its `api.ts`. */

import { body, client, noBody } from './client'
import type { ComposerLane, Lane, Locale, Presence, SettableStatus } from './contract'
import type { components, operations } from './types'

type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>

export const session = {
  get: () => body(client.GET('/session')),
  open: (login_name: string, password: string) =>
    body(client.POST('/session', { body: { login_name, password } })),
  close: () => noBody(client.DELETE('/session')),
  startLook: (operator_id: number, reason: string) =>
    noBody(client.POST('/session/look', { body: { operator_id, reason } })),
  setName: (name: string) => body(client.PUT('/session/name', { body: { name } })),
  stopLook: () => noBody(client.DELETE('/session/look')),
  setPresence: (presence: Presence, reason: string) =>
    body(client.PUT('/session/presence', { body: { presence, reason } })),
  touch: () => noBody(client.POST('/session/touch')),
  setLocale: (locale: Locale) => body(client.PUT('/session/locale', { body: { locale } })),
}

/** What a person was asked before they act upon a colleague's request, and said yes to. */
export type ClaimConfirmed = 'claimed_by_other'[]
/** The same of letting a reply go: also that the customer has been answered since. */
export type SendConfirmed = ('claimed_by_other' | 'second_reply')[]
export type RequestQuery = QueryOf<'routing_list_requests'>

export const requests = {
  list: (query: RequestQuery, signal?: AbortSignal) =>
    body(client.GET('/service-requests', { params: { query }, signal })),
  membership: (query: QueryOf<'routing_list_members'>) =>
    body(client.GET('/service-requests/membership', { params: { query } })),
  counts: () => body(client.GET('/service-requests/counts')),
  get: (id: number) => body(client.GET('/service-requests/{request_id}', at({ request_id: id }))),
  /** `reason`: of who takes over what a colleague has. */
  assign: (id: number, operator_id: number | null, version: number, reason: string | null = null) =>
    body(
      client.PUT('/service-requests/{request_id}/assignee', {
        ...at({ request_id: id }),
        body: { operator_id, version, reason },
      }),
    ),
  setTeam: (
    id: number,
    team_id: number,
    version: number,
    confirm: ClaimConfirmed = [],
    queue_id: number | null = null,
  ) =>
    body(
      client.PUT('/service-requests/{request_id}/team', {
        ...at({ request_id: id }),
        body: { team_id, queue_id, version, confirm },
      }),
    ),
  setStatus: (id: number, status: SettableStatus, version: number, confirm: ClaimConfirmed = []) =>
    body(
      client.PUT('/service-requests/{request_id}/status', {
        ...at({ request_id: id }),
        body: { status, version, confirm },
      }),
    ),
  classify: (
    id: number,
    said: Partial<Omit<components['schemas']['ClassifyRequest'], 'version' | 'confirm'>>,
    version: number,
    confirm: ClaimConfirmed = [],
  ) =>
    body(
      client.PUT('/service-requests/{request_id}/classification', {
        ...at({ request_id: id }),
        body: { type: null, priority: null, sentiment: null, ...said, version, confirm },
      }),
    ),
  changes: (id: number) =>
    body(
      client.GET('/service-requests/{request_id}/changes', {
        params: { path: { request_id: id }, query: { limit: 30 } },
      }),
    ),
  /** `ids`: null gives back all that wait for an answer. */
  handBack: (ids: number[] | null) =>
    body(client.POST('/service-requests/hand-back', { body: { request_ids: ids } })),
  deadline: (id: number) =>
    body(client.GET('/service-requests/{request_id}/deadline', at({ request_id: id }))),
  decisions: (id: number) =>
    body(client.GET('/service-requests/{request_id}/assignment-decisions', at({ request_id: id }))),
}

type WholeReply = components['schemas']['SendReply']
/** What a reply must say; the rest is what it may say besides. */
type Said = 'service_request_id' | 'lane' | 'text' | 'idempotency_key'
export type ReplyBody = Pick<WholeReply, Said> & Partial<Omit<WholeReply, Said>>
const UNSAID = {
  in_reply_to: null,
  send_at: null,
  personal_data: null,
  content_warning: null,
  visibility: null,
  resolve: false,
  attachments: [],
}

export const conversations = {
  get: (id: number, signal?: AbortSignal) =>
    body(client.GET('/conversations/{conversation_id}', { ...at({ conversation_id: id }), signal })),
  messages: (id: number, before: number | null, limit: number, signal?: AbortSignal) =>
    body(
      client.GET('/conversations/{conversation_id}/messages', {
        params: { path: { conversation_id: id }, query: { before, limit } },
        signal,
      }),
    ),
  reply: (id: number, reply: ReplyBody) =>
    body(
      client.POST('/conversations/{conversation_id}/replies', {
        ...at({ conversation_id: id }),
        body: { ...UNSAID, ...reply },
      }),
    ),
  note: (id: number, text: string, idempotency_key: string, attachments: number[] = []) =>
    body(
      client.POST('/conversations/{conversation_id}/notes', {
        ...at({ conversation_id: id }),
        body: { text, idempotency_key, attachments },
      }),
    ),
  colleagues: (id: number) =>
    body(client.GET('/conversations/{conversation_id}/colleagues', at({ conversation_id: id }))),
  markRead: (id: number, number: number) =>
    noBody(
      client.PUT('/conversations/{conversation_id}/read', {
        ...at({ conversation_id: id }),
        body: { number },
      }),
    ),
}

export const messages = {
  cancel: (id: number, confirm: ClaimConfirmed = []) =>
    body(
      client.POST('/messages/{message_id}/cancel', {
        params: { path: { message_id: id }, query: { confirm } },
      }),
    ),
  retry: (id: number, confirm: SendConfirmed = []) =>
    body(
      client.POST('/messages/{message_id}/retry', {
        params: { path: { message_id: id }, query: { confirm } },
      }),
    ),
  release: (id: number, confirm: SendConfirmed = []) =>
    body(
      client.POST('/messages/{message_id}/release', {
        params: { path: { message_id: id }, query: { confirm } },
      }),
    ),
  settle: (id: number, outcome: 'sent' | 'not_sent', confirm: ClaimConfirmed = []) =>
    body(
      client.POST('/messages/{message_id}/outcome', {
        ...at({ message_id: id }),
        body: { outcome, confirm },
      }),
    ),
}

export const attachments = {
  drop: (id: number) => noBody(client.DELETE('/attachments/{attachment_id}', at({ attachment_id: id }))),
}

export const operators = {
  everybody: () => body(client.GET('/operators', { params: { query: {} } })),
  assignable: (account_id: number) => body(client.GET('/operators', { params: { query: { account_id } } })),
}

export const accounts = {
  list: () => body(client.GET('/accounts')),
}

export type InboundQuery = QueryOf<'listener_list_items'>

export const inbound = {
  list: (query: InboundQuery, signal?: AbortSignal) =>
    body(client.GET('/inbound-items', { params: { query }, signal })),
  counts: (query: QueryOf<'listener_count_items'>) =>
    body(client.GET('/inbound-items/counts', { params: { query } })),
  get: (id: number) => body(client.GET('/inbound-items/{item_id}', at({ item_id: id }))),
  explain: (id: number) => body(client.GET('/inbound-items/{item_id}/explanation', at({ item_id: id }))),
  corrections: (id: number) => body(client.GET('/inbound-items/{item_id}/corrections', at({ item_id: id }))),
  rescue: (id: number) => body(client.POST('/inbound-items/{item_id}/rescue', at({ item_id: id }))),
}

export type Explanation = Awaited<ReturnType<typeof inbound.explain>>

/** What stands in the path. */
export function at<Path>(path: Path): { params: { path: Path } } {
  return { params: { path } }
}

/** The wire name of a composer lane. */
export function isReplyLane(lane: ComposerLane): lane is Lane {
  return lane !== 'note'
}
