/** Calls of the search box. */

import { body, client } from '@/api/client'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type SearchHit = Schemas['SearchHit']
export type SearchResult = Pick<Schemas['SearchResult'], 'requests' | 'contacts' | 'messages' | 'items'>

export const SHOWN_PER_GROUP = 6

export function find(q: string, signal: AbortSignal): Promise<SearchResult> {
  return body(client.GET('/search', { params: { query: { q, limit: SHOWN_PER_GROUP } }, signal }))
}
