import { body, client } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Role = Schemas['RoleView']
export type RoleList = Schemas['RoleList']
export type RightGroup = Schemas['RightGroup']
export type ChangeRole = Schemas['ChangeRole']
export type NewRole = Schemas['NewRole']

/** Everybody within reach; a brand has at most some hundred people, so all pages are read. */
async function people(): Promise<Schemas['PersonView'][]> {
  const found: Schemas['PersonView'][] = []
  let cursor: string | null = null
  do {
    const page: Schemas['PeopleList'] = await body(
      client.GET('/people', { params: { query: { cursor, limit: 100 } } }),
    )
    found.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return found
}

export const rolesApi = {
  people,
  proof: (id: number): Promise<Schemas['PersonProof']> =>
    body(client.GET('/people/{operator_id}/proof', at({ operator_id: id }))),
  list: (): Promise<RoleList> => body(client.GET('/roles')),
  agencies: async () => (await body(client.GET('/agencies'))).items,
  create: (role: NewRole): Promise<Role> => body(client.POST('/roles', { body: role })),
  change: (id: number, role: ChangeRole): Promise<Role> =>
    body(client.PUT('/roles/{role_id}', { ...at({ role_id: id }), body: role })),
  remove: (id: number) => body(client.DELETE('/roles/{role_id}', at({ role_id: id }))),
}
