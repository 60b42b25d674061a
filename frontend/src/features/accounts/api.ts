/** Calls that connect and keep accounts. */

import { call } from '@/api/http'
import type { AccountView, Platform } from '@/api/contract'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Agency = Schemas['AgencyView']
export type ConnectBody = Schemas['ConnectAccount']
export type EditBody = Schemas['EditAccount']
export type Health = Schemas['HealthView']
/** What the page opens a dialog for. */
export type AccountCommand = 'edit' | 'credentials' | 'remove'

export const accountsApi = {
  connect: (body: ConnectBody & { platform: Platform }) => call<AccountView>('POST', '/accounts', { body }),
  edit: (id: number, body: EditBody) => call<AccountView>('PUT', `/accounts/${id}`, { body }),
  setCredentials: (id: number, credentials: Record<string, string>) => call<AccountView>('PUT', `/accounts/${id}/credentials`, { body: { credentials } }),
  setStatus: (id: number, status: 'active' | 'paused') => call<AccountView>('PUT', `/accounts/${id}/status`, { body: { status } }),
  remove: (id: number) => call<undefined>('DELETE', `/accounts/${id}`),
  check: (id: number) => call<{ account: AccountView; health: Health }>('POST', `/accounts/${id}/check`),
  authorise: (id: number) => call<{ authorize_url: string }>('POST', `/accounts/${id}/authorisation`),
  agencies: () => call<{ items: Agency[] }>('GET', '/agencies'),
}
