/** Calls that connect and keep accounts. */

import { body, client, noBody } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'
import type { Format } from '@/features/longwork/api'
import type { Asked } from '@/ui/kit/useListQuery'

type Schemas = components['schemas']

export type Agency = Schemas['AgencyView']
export type ConnectBody = Schemas['ConnectAccount']
export type EditBody = Schemas['EditAccount']
export type Health = Schemas['HealthView']
/** What the page opens a dialog for. */
export type AccountCommand = 'edit' | 'credentials' | 'remove' | 'follows'
export type FollowRequest = Schemas['FollowRequestView']

export const accountsApi = {
  list: (query: Asked) => body(client.GET('/accounts', { params: { query } })),
  startExport: (query: Asked, columns: string[], format: Format, idempotency_key: string) =>
    body(client.POST('/accounts/exports', { body: { query, columns, format, idempotency_key } })),
  connect: (account: ConnectBody) => body(client.POST('/accounts', { body: account })),
  connectByAddress: (wanted: Schemas['ConnectByAddress']) =>
    body(client.POST('/account-connections', { body: wanted })),
  edit: (id: number, change: EditBody) =>
    body(client.PUT('/accounts/{account_id}', { ...at({ account_id: id }), body: change })),
  setCredentials: (id: number, credentials: Record<string, string>) =>
    body(
      client.PUT('/accounts/{account_id}/credentials', { ...at({ account_id: id }), body: { credentials } }),
    ),
  setStatus: (id: number, status: 'active' | 'paused') =>
    body(client.PUT('/accounts/{account_id}/status', { ...at({ account_id: id }), body: { status } })),
  remove: (id: number) => noBody(client.DELETE('/accounts/{account_id}', at({ account_id: id }))),
  check: (id: number) => body(client.POST('/accounts/{account_id}/check', at({ account_id: id }))),
  authorise: (id: number) =>
    body(client.POST('/accounts/{account_id}/authorisation', at({ account_id: id }))),
  followRequests: (id: number, cursor: string | null) =>
    body(
      client.GET('/accounts/{account_id}/follow-requests', {
        params: { path: { account_id: id }, query: cursor === null ? {} : { cursor } },
      }),
    ),
  answerFollowRequest: (id: number, person: string, accept: boolean) =>
    noBody(
      client.PUT('/accounts/{account_id}/follow-requests/{external_id}', {
        ...at({ account_id: id, external_id: person }),
        body: { accept },
      }),
    ),
  agencies: () => body(client.GET('/agencies')),
}
