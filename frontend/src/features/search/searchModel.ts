/** What the search box shows of an answer: groups, one flat order for the arrow keys, excerpts with marks. */

import type { LocationQueryRaw } from 'vue-router'

import type { Piece } from '@/ui/highlight'
import type { SearchHit, SearchResult } from './api'

export const GROUPS = ['requests', 'contacts', 'messages', 'items'] as const
export type GroupName = (typeof GROUPS)[number]

export interface Row {
  /** Position in the flat order over all groups. */
  index: number
  hit: SearchHit
  /** Whose it is: the customer, also where a colleague wrote. */
  title: Piece[]
  /** Who wrote it, where it was not the customer. */
  by: string
  text: Piece[]
  /** Found by how the words sound: nothing in it can be marked. */
  bySound: boolean
}

export interface Group {
  name: GroupName
  rows: Row[]
}

export type Target = { request: number } | { listener: LocationQueryRaw } | null

/** Characters shown before the first match of a long text. */
const LEAD = 12
const EXCERPT = 64
const WORDS = /[\p{L}\p{N}]+/gu
const LISTENER_WORDS = 40

export function groupsOf(result: SearchResult, query: string): Group[] {
  let index = 0
  return GROUPS.map((name) => ({
    name,
    rows: result[name].map((hit) => rowOf(hit, query, index++)),
  })).filter((group) => group.rows.length > 0)
}

function rowOf(hit: SearchHit, query: string, index: number): Row {
  const words = wordsOf(query)
  const whose = hit.contact_name || hit.title
  const title = splitByWords(whose, words)
  const text = splitByWords(excerpt(hit.text, words), words)
  const by = hit.title === whose ? '' : hit.title
  return { index, hit, title, by, text, bySound: ![...title, ...text].some((piece) => piece.mark !== '') }
}

export function wordsOf(query: string): string[] {
  return [...new Set([...query.matchAll(WORDS)].map(([word]) => word.toLowerCase()))].sort(
    (a, b) => b.length - a.length,
  )
}

/** Where the earliest of the words begins, and which it is; case does not matter. */
function firstMatch(text: string, words: string[]): { at: number; word: string } | null {
  const folded = text.toLowerCase()
  // Folding that changes the length would shift every position.
  if (folded.length !== text.length) return null
  let best: { at: number; word: string } | null = null
  for (const word of words) {
    const at = folded.indexOf(word)
    if (at >= 0 && (best === null || at < best.at)) best = { at, word }
  }
  return best
}

export function splitByWords(text: string, words: string[]): Piece[] {
  const pieces: Piece[] = []
  let rest = text
  for (let match = firstMatch(rest, words); match; match = firstMatch(rest, words)) {
    if (match.at > 0) pieces.push({ text: rest.slice(0, match.at), mark: '' })
    pieces.push({ text: rest.slice(match.at, match.at + match.word.length), mark: 'hit' })
    rest = rest.slice(match.at + match.word.length)
  }
  if (rest !== '') pieces.push({ text: rest, mark: '' })
  return pieces
}

/** A stretch of a long text around its first match. */
export function excerpt(text: string, words: string[]): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  const at = firstMatch(flat, words)?.at ?? 0
  const from = at > LEAD * 2 ? at - LEAD : 0
  const cut = flat.slice(from, from + EXCERPT)
  return `${from > 0 ? '…' : ''}${cut}${from + EXCERPT < flat.length ? '…' : ''}`
}

/** A conversation opens by its newest request; a post that became none is shown where it was heard. */
export function targetOf(hit: SearchHit): Target {
  if (hit.service_request_id !== null) return { request: hit.service_request_id }
  if (hit.kind !== 'item') return null
  return {
    listener: {
      q: hit.text.replace(/\s+/g, ' ').trim().slice(0, LISTENER_WORDS),
      account: String(hit.account_id),
    },
  }
}

/** The next position for an arrow key; it goes round. -1 is the field itself. */
export function step(current: number, by: 1 | -1, count: number): number {
  if (count === 0) return -1
  const next = current + by
  if (next < 0) return current === -1 ? count - 1 : -1
  return next >= count ? -1 : next
}
