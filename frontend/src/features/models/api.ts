/** Versions of the classifier. */

import { body, client } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

export type Models = components['schemas']['ModelsView']
export type Model = Models['items'][number]

export const modelsApi = {
  list: () => body(client.GET('/models')),
  retrain: () => body(client.POST('/models/retrain')),
  rollback: () => body(client.POST('/models/rollback')),
  promote: (name: string) => body(client.POST('/models/{name}/promotion', at({ name }))),
}
