import { body, client, noBody } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type WhatIf = Schemas['WhatIfView']
export type Tried = Schemas['Tried']
export type Outcome = Schemas['Outcome']
export type Findings = Schemas['Findings']
export type Begin = Schemas['BeginWhatIf']

const one = (id: number) => at({ what_if_id: id })

export const whatIfApi = {
  list: () => body(client.GET('/routing/what-ifs')),
  get: (id: number): Promise<WhatIf> => body(client.GET('/routing/what-ifs/{what_if_id}', one(id))),
  begin: (command: Begin): Promise<WhatIf> => body(client.POST('/routing/what-ifs', { body: command })),
  table: (id: number) => `/api/v1/routing/what-ifs/${id}/export`,
  remove: (id: number) => noBody(client.DELETE('/routing/what-ifs/{what_if_id}', one(id))),
}
