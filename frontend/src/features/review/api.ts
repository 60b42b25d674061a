/** Reviewing what was dropped, and corrections of single judgements. */

import { body, client } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Draw = Schemas['FilterSampleView']
export type SampledItem = Schemas['SampledItemView']
export type Correction = Partial<Schemas['CorrectionCommand']>
export type Intent = NonNullable<Correction['intent']>
export const INTENTS: readonly Intent[] = [
  'complaint',
  'consult',
  'lead',
  'suggestion',
  'praise',
  'other',
  'spam',
]

const NOTHING_SAID: Schemas['CorrectionCommand'] = { intent: null, sentiment: null, needs_service: null }

export const reviewApi = {
  draws: () => body(client.GET('/filter-samples')),
  draw: (days: number, size: number) =>
    body(client.POST('/filter-samples', { body: { days, size, seed: null, account_ids: [] } })),
  get: (id: number) => body(client.GET('/filter-samples/{draw_id}', at({ draw_id: id }))),
  items: (id: number) =>
    body(
      client.GET('/filter-samples/{draw_id}/items', {
        params: { path: { draw_id: id }, query: { open: true } },
      }),
    ),
  judge: (id: number, is_right: boolean) =>
    body(
      client.PUT('/sampled-items/{sampled_item_id}', {
        ...at({ sampled_item_id: id }),
        body: { is_right, intent: null },
      }),
    ),
  takeBack: (id: number) =>
    body(client.DELETE('/sampled-items/{sampled_item_id}/finding', at({ sampled_item_id: id }))),
  correct: (itemId: number, correction: Correction) =>
    body(
      client.POST('/inbound-items/{item_id}/corrections', {
        ...at({ item_id: itemId }),
        body: { ...NOTHING_SAID, ...correction },
      }),
    ),
}
