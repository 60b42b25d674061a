/** Reviewing what was dropped, and corrections of single judgements. */

import { call } from '@/api/http'
import type { InboundItemView, RequestType } from '@/api/contract'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Draw = Schemas['ReviewDrawView']
export type ReviewItem = Omit<Schemas['ReviewItemView'], 'item'> & { item: InboundItemView }
export type Intent = RequestType | 'spam'
export const INTENTS: readonly Intent[] = ['complaint', 'consult', 'lead', 'suggestion', 'praise', 'other', 'spam']

export interface Correction {
  intent?: Intent
  sentiment?: -1 | 0 | 1
  needs_service?: boolean
}

export const reviewApi = {
  draws: () => call<{ items: Draw[] }>('GET', '/review-draws'),
  draw: (days: number, size: number) => call<Draw>('POST', '/review-draws', { body: { days, size } }),
  get: (id: number) => call<Draw>('GET', `/review-draws/${id}`),
  items: (id: number) => call<{ items: ReviewItem[] }>('GET', `/review-draws/${id}/items`, { query: { open: 'true' } }),
  judge: (id: number, is_right: boolean) => call<ReviewItem>('PUT', `/review-items/${id}`, { body: { is_right } }),
  correct: (itemId: number, correction: Correction) => call<InboundItemView>('POST', `/inbound-items/${itemId}/corrections`, { body: correction }),
}
