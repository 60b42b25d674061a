import { body, client } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'
import type { Format } from '@/features/longwork/api'
import { allRows } from '@/ui/kit/pages'
import type { Asked } from '@/ui/kit/useListQuery'

type Schemas = components['schemas']

export type Dealing = Schemas['DealingView']
export type Person = Schemas['PersonView']
export type Agency = Schemas['AgencyView']
export type Role = Schemas['RoleView']
const PAGE = 100

/** Everybody within reach; a brand has at most some hundred people, so all pages are read. */
function list(query: Partial<Asked> = {}): Promise<Person[]> {
  return allRows<Person>((cursor) =>
    body(client.GET('/people', { params: { query: { ...query, cursor, limit: PAGE } } })),
  )
}

export const peopleApi = {
  list,
  startExport: (query: Asked, columns: string[], format: Format, idempotency_key: string) =>
    body(
      client.POST('/people/exports', {
        body: { query: { ...query, cursor: null, limit: PAGE }, columns, format, idempotency_key },
      }),
    ),
  agencies: async (): Promise<Agency[]> => (await body(client.GET('/agencies'))).items,
  roles: async (): Promise<Role[]> => (await body(client.GET('/roles'))).items,
  create: (person: Schemas['NewPerson']) => body(client.POST('/people', { body: person })),
  change: (id: number, person: Schemas['ChangePerson']) =>
    body(client.PUT('/people/{operator_id}', { ...at({ operator_id: id }), body: person })),
  givePassword: (id: number) =>
    body(client.POST('/people/{operator_id}/password', { ...at({ operator_id: id }) })),
  createTeam: (agency: number, name: string) =>
    body(client.POST('/teams', { body: { agency_id: agency, name } })),
  renameTeam: (id: number, name: string) =>
    body(client.PUT('/teams/{team_id}', { ...at({ team_id: id }), body: { name } })),
  /** `lanes`: null leaves them as they are. */
  setCapacity: (id: number, capacity: number, lanes: Schemas['LaneLimits'] | null = null) =>
    body(
      client.PUT('/people/{operator_id}/capacity', { ...at({ operator_id: id }), body: { capacity, lanes } }),
    ),
  dealing: async () => (await body(client.GET('/routing-settings'))).items,
  setDealing: (agency: number, dealing: Schemas['SetDealing']) =>
    body(client.PUT('/routing-settings/{agency_id}', { ...at({ agency_id: agency }), body: dealing })),
  setActive: (id: number, active: boolean) =>
    body(client.PUT('/people/{operator_id}/active', { ...at({ operator_id: id }), body: { active } })),
}
