/** Calls of the search box. */

import { call } from '@/api/http'
import type { Platform } from '@/api/contract'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type SearchHit = Omit<Schemas['SearchHit'], 'platform'> & { platform: Platform }
export interface SearchResult {
  contacts: SearchHit[]
  messages: SearchHit[]
  items: SearchHit[]
}

export const SHOWN_PER_GROUP = 6

export function find(q: string, signal: AbortSignal): Promise<SearchResult> {
  return call<SearchResult>('GET', '/search', { query: { q, limit: SHOWN_PER_GROUP }, signal })
}
