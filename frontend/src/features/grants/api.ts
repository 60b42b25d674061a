/** Calls about contracts with agencies, grants of accounts, and who sees an account. */

import { body, client } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Contract = Schemas['ContractView']
export type Grant = Schemas['GrantView']
export type Grants = Schemas['GrantList']
export type Watchers = Schemas['WatcherList']
export type Agency = Schemas['AgencyView']
export type Account = Schemas['AccountView']
export type Calendar = Schemas['CalendarView']
export type Allowed = Schemas['Allowed']
export type GrantContent = Schemas['EditGrant']
export type NewGrant = Schemas['NewGrant']
export type ContractContent = Schemas['EditContract']
export type NewContract = Schemas['NewContract']

export const grantsApi = {
  contracts: async (): Promise<Contract[]> => (await body(client.GET('/contracts'))).items,
  addContract: (content: NewContract): Promise<Contract> =>
    body(client.POST('/contracts', { body: content })),
  editContract: (id: number, content: ContractContent): Promise<Contract> =>
    body(client.PUT('/contracts/{contract_id}', { ...at({ contract_id: id }), body: content })),
  grants: (): Promise<Grants> => body(client.GET('/grants')),
  add: (content: NewGrant): Promise<Grant> => body(client.POST('/grants', { body: content })),
  edit: (id: number, content: GrantContent): Promise<Grant> =>
    body(client.PUT('/grants/{grant_id}', { ...at({ grant_id: id }), body: content })),
  end: (id: number, version: number): Promise<Grant> =>
    body(client.POST('/grants/{grant_id}/end', { ...at({ grant_id: id }), body: { version } })),
  watchers: (accountId: number): Promise<Watchers> =>
    body(client.GET('/accounts/{account_id}/watchers', at({ account_id: accountId }))),
  agencies: async (): Promise<Agency[]> => (await body(client.GET('/agencies'))).items,
  accounts: async (): Promise<Account[]> => (await body(client.GET('/accounts'))).items,
  calendars: async (): Promise<Calendar[]> => (await body(client.GET('/calendars'))).items,
}
