import { body, client } from '@/api/client'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type AccountFigures = Schemas['AccountFigures']
export type Overview = Schemas['OverviewView']
export type Floor = Schemas['FloorView']
export type FloorQueue = Schemas['FloorQueueView']
export type FloorPerson = Schemas['FloorPersonView']
export type Door = Schemas['DoorView']
export type Count = Schemas['CountView']
export type Hours = Schemas['ArrivalHoursView']

export const floorApi = {
  board: () => body(client.GET('/floor')),
  arrivals: () => body(client.GET('/floor/arrivals')),
  watch: (request_id: number) =>
    body(client.POST('/service-requests/{request_id}/watch', { params: { path: { request_id } } })),
  whispers: (request_id: number) =>
    body(client.GET('/service-requests/{request_id}/whispers', { params: { path: { request_id } } })),
  whisper: (request_id: number, text: string) =>
    body(
      client.POST('/service-requests/{request_id}/whispers', {
        params: { path: { request_id } },
        body: { text },
      }),
    ),
  accounts: () => body(client.GET('/overview')),
  /** The first rows behind a number. */
  rows: (door: Door, limit: number) =>
    body(
      client.GET('/service-requests', {
        params: {
          query: {
            limit,
            ...(door.when === null || door.view !== 'all' ? { view: door.view } : {}),
            ...(door.when === null ? {} : { condition: door.when }),
            ...(door.overdue ? { overdue: true } : {}),
            ...(door.lane === null ? {} : { lane: door.lane }),
          },
        },
      }),
    ),
}
