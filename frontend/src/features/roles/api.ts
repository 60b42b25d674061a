import { body, client } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'
import { peopleApi } from '@/features/people/api'

type Schemas = components['schemas']

export type Role = Schemas['RoleView']
export type RoleList = Schemas['RoleList']
export type RightGroup = Schemas['RightGroup']
export type ChangeRole = Schemas['ChangeRole']
export type NewRole = Schemas['NewRole']

export const rolesApi = {
  people: () => peopleApi.list(),
  proof: (id: number): Promise<Schemas['PersonProof']> =>
    body(client.GET('/people/{operator_id}/proof', at({ operator_id: id }))),
  groupProof: (kind: 'role' | 'agency', id: number): Promise<Schemas['GroupProof']> =>
    kind === 'role'
      ? body(client.GET('/roles/{role_id}/proof', at({ role_id: id })))
      : body(client.GET('/agencies/{agency_id}/proof', at({ agency_id: id }))),
  accounts: async () => (await body(client.GET('/accounts'))).items,
  whoSeesAccount: (id: number): Promise<Schemas['SeerList']> =>
    body(client.GET('/accounts/{account_id}/seers', at({ account_id: id }))),
  whoSeesRequest: (id: number): Promise<Schemas['SeerList']> =>
    body(client.GET('/service-requests/{request_id}/seers', at({ request_id: id }))),
  whoMay: (right: string): Promise<Schemas['SeerList']> =>
    body(client.GET('/rights/{right}/people', at({ right }))),
  list: (): Promise<RoleList> => body(client.GET('/roles')),
  agencies: async () => (await body(client.GET('/agencies'))).items,
  create: (role: NewRole): Promise<Role> => body(client.POST('/roles', { body: role })),
  change: (id: number, role: ChangeRole): Promise<Role> =>
    body(client.PUT('/roles/{role_id}', { ...at({ role_id: id }), body: role })),
  remove: (id: number) => body(client.DELETE('/roles/{role_id}', at({ role_id: id }))),
}
