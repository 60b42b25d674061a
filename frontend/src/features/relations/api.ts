import { body, client, noBody } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Relations = Schemas['RelationsView']
export type LinkKind = Schemas['LinkKind']
export type MergeConfirmed = Schemas['MergeRequest']['confirm']

const of = (request_id: number) => at({ request_id })

export const relationsApi = {
  read: (id: number): Promise<Relations> =>
    body(client.GET('/service-requests/{request_id}/relations', of(id))),
  merge: (id: number, into_id: number, version: number, confirm: NonNullable<MergeConfirmed>) =>
    body(
      client.POST('/service-requests/{request_id}/merge', {
        ...of(id),
        body: { into_id, version, confirm },
      }),
    ),
  unmerge: (id: number, version: number) =>
    body(client.POST('/service-requests/{request_id}/unmerge', { ...of(id), body: { version } })),
  split: (id: number, message_ids: number[], version: number, confirm: 'claimed_by_other'[] = []) =>
    body(
      client.POST('/service-requests/{request_id}/split', {
        ...of(id),
        body: { message_ids, version, confirm },
      }),
    ),
  link: (id: number, other_id: number, kind: LinkKind, version: number) =>
    body(
      client.POST('/service-requests/{request_id}/links', { ...of(id), body: { other_id, kind, version } }),
    ),
  unlink: (id: number, link_id: number) =>
    noBody(client.DELETE('/service-requests/{request_id}/links/{link_id}', at({ request_id: id, link_id }))),
}
