import { body, client } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Person = Schemas['PersonView']
const PAGE = 100

/** Everybody within reach; a brand has at most some hundred people, so all pages are read. */
async function list(): Promise<Person[]> {
  const found: Person[] = []
  let cursor: string | null = null
  do {
    const page: Schemas['PeopleList'] = await body(
      client.GET('/people', { params: { query: { cursor, limit: PAGE } } }),
    )
    found.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return found
}

export const peopleApi = {
  list,
  setCapacity: (id: number, capacity: number) =>
    body(client.PUT('/people/{operator_id}/capacity', { ...at({ operator_id: id }), body: { capacity } })),
  setActive: (id: number, active: boolean) =>
    body(client.PUT('/people/{operator_id}/active', { ...at({ operator_id: id }), body: { active } })),
}
