/** Rows that a condition can name: the first of each kind, those found by their names, those named already. */

import { reactive, type InjectionKey } from 'vue'

import { conditionsApi, type Reference } from './api'

export interface Offered {
  items: Reference[]
  /** Whether nothing else has these words in its name. */
  isAll: boolean
}

export interface References {
  /** What is offered now; asked for when somebody first wants to know. */
  offered: (kind: string) => Offered
  search: (kind: string, words: string) => Promise<void>
  name: (kind: string, id: number) => string | null
}

export const REFERENCES: InjectionKey<References> = Symbol('references')

/** The names of one editor. */
export function referencesOf(subject: string): References {
  const offers = reactive(new Map<string, Offered>())
  const names = reactive(new Map<string, string>())
  const asked = new Map<string, number>()
  const wanted = new Map<string, Set<number>>()

  function remember(kind: string, items: Reference[]): void {
    for (const { id, name } of items) names.set(`${kind}:${String(id)}`, name)
  }

  async function search(kind: string, words: string): Promise<void> {
    const mine = (asked.get(kind) ?? 0) + 1
    asked.set(kind, mine)
    try {
      const answer = await conditionsApi.references(subject, kind, { q: words })
      remember(kind, answer.items)
      // A slow answer for fewer letters must not replace that for more.
      if (asked.get(kind) === mine) offers.set(kind, { items: answer.items, isAll: answer.is_all })
    } catch {
      // What was offered before stays; typing on asks again.
    }
  }

  /** Names of a kind that are missing are asked for together. */
  async function learn(kind: string): Promise<void> {
    const ids = [...(wanted.get(kind) ?? [])]
    wanted.delete(kind)
    try {
      const answer = await conditionsApi.references(subject, kind, { ids: ids.join(',') })
      remember(kind, answer.items)
    } catch {
      // They stay numbers.
    }
  }

  return {
    search,
    offered: (kind) => {
      const known = offers.get(kind)
      if (known) return known
      const nothing: Offered = { items: [], isAll: true }
      offers.set(kind, nothing)
      void search(kind, '')
      return nothing
    },
    name: (kind, id) => {
      const known = names.get(`${kind}:${String(id)}`)
      if (known !== undefined) return known
      const waiting = wanted.get(kind)
      if (waiting) waiting.add(id)
      else {
        wanted.set(kind, new Set([id]))
        queueMicrotask(() => void learn(kind))
      }
      return null
    },
  }
}
