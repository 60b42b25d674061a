import { body, client } from '@/api/client'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type AccountFigures = Schemas['AccountFigures']
export type TeamFigures = Schemas['TeamFigures']
export type Overview = Schemas['OverviewView']

export const overviewApi = {
  get: () => body(client.GET('/overview')),
}
