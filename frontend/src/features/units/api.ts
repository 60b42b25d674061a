/** Calls about the tree of units. */

import { body, client } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Unit = Schemas['UnitView']
export type UnitTree = Schemas['UnitTree']
export type UnitKind = Schemas['UnitKind']
export type UnitPerson = Schemas['UnitPerson']

export const unitsApi = {
  tree: (): Promise<UnitTree> => body(client.GET('/units')),
  create: (unit: Schemas['NewUnit']): Promise<Unit> => body(client.POST('/units', { body: unit })),
  rename: ({ id, version }: Unit, name: string): Promise<Unit> =>
    body(client.PUT('/units/{unit_id}', { ...at({ unit_id: id }), body: { name, version } })),
  move: ({ id, version }: Unit, parent: number): Promise<Unit> =>
    body(
      client.POST('/units/{unit_id}/move', { ...at({ unit_id: id }), body: { parent_id: parent, version } }),
    ),
  close: ({ id, version }: Unit): Promise<unknown> =>
    body(client.POST('/units/{unit_id}/close', { ...at({ unit_id: id }), body: { version } })),
  place: (person: number, unit: number, leads: boolean) =>
    body(
      client.PUT('/people/{operator_id}/unit', {
        ...at({ operator_id: person }),
        body: { unit_id: unit, leads },
      }),
    ),
}
