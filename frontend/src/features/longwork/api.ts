/** Long work: what runs, what it left, what became of its rows; and the exports that begin some. */

import { body, client, noBody } from '@/api/client'
import { at, type InboundQuery, type RequestQuery } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type LongWork = Schemas['LongWorkView']
export type BulkWhat = Schemas['BulkAct']['what']
/** Upon all of a list, or upon those that were ticked. */
export type Upon = { query: RequestQuery } | { ids: readonly number[] }
export type Format = Schemas['ExportRequests']['format']

const NO_REQUEST_QUERY: Schemas['ServiceRequestQuery'] = {
  view: null,
  condition: null,
  saved_view_id: null,
  account_id: null,
  lane: null,
  unread: false,
  overdue: false,
  send_failed: false,
  q: '',
  sort: 'urgent',
  cursor: null,
  limit: 50,
}
const NO_INBOUND_QUERY: Schemas['InboundItemQuery'] = {
  condition: null,
  saved_view_id: null,
  outcome: null,
  reason: null,
  step: null,
  account_id: null,
  monitor_id: null,
  review: null,
  sentiment: null,
  intent: null,
  since: null,
  until: null,
  cluster_of: null,
  hide_repeats: false,
  author: null,
  q: '',
  cursor: null,
  limit: 50,
}

/** A query without the names that it leaves open. */
function said<Query extends object>(query: Query): Partial<Query> {
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined),
  ) as Partial<Query>
}

export const longWorkApi = {
  list: (everybody: boolean) =>
    body(client.GET('/long-works', { params: { query: { everybody, limit: 30 } } })),
  cancel: (id: number) => body(client.POST('/long-works/{work_id}/cancel', at({ work_id: id }))),
  retry: (id: number) => body(client.POST('/long-works/{work_id}/retry', at({ work_id: id }))),
  remove: (id: number) => noBody(client.DELETE('/long-works/{work_id}', at({ work_id: id }))),
  bulk: (upon: Upon, what: BulkWhat, idempotency_key: string) =>
    body(
      client.POST('/service-requests/bulk-acts', {
        body:
          'ids' in upon
            ? { what, ids: [...upon.ids], query: null, idempotency_key }
            : { what, ids: [], query: { ...NO_REQUEST_QUERY, ...said(upon.query) }, idempotency_key },
      }),
    ),
  exportRequests: (query: RequestQuery, columns: string[], format: Format, idempotency_key: string) =>
    body(
      client.POST('/service-requests/exports', {
        body: { query: { ...NO_REQUEST_QUERY, ...said(query) }, columns, format, idempotency_key },
      }),
    ),
  exportItems: (query: InboundQuery, columns: string[], format: Format, idempotency_key: string) =>
    body(
      client.POST('/inbound-items/exports', {
        // The stream's address says `false` for "not only what needs a look"; the server takes that literally.
        body: {
          query: { ...NO_INBOUND_QUERY, ...said(query), review: query.review ? true : null },
          columns,
          format,
          idempotency_key,
        },
      }),
    ),
}

/** Where the file that it left is fetched from. */
export function resultAddress(work: LongWork): string {
  return `/api/v1/long-works/${work.id}/result`
}

/** Where the rows that failed are fetched from. */
export function errorsAddress(work: LongWork): string {
  return `/api/v1/long-works/${work.id}/errors`
}
