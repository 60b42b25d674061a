/**
 * A list that the server gives page by page, each named by the cursor at the end of the one before. Every list that pages is one
 * of these: rows, where it stands, what failed. An answer that comes late, about a list that is no longer asked for, is dropped.
 */

import { computed, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Page<Row> {
  items: readonly Row[]
  next_cursor: string | null
}

export type Phase = 'loading' | 'ready' | 'error'

export interface Reading<Row, Answer extends Page<Row>> {
  read: (cursor: string | null, signal: AbortSignal) => Promise<Answer>
  /** By what two rows are the same one. */
  keyOf: (row: Row) => number | string
  /** Each page that is taken, in order; `isFirst` where the list begins anew. */
  onPage?: (page: Answer, isFirst: boolean) => void
  /** Rows that are kept elsewhere, by id, are not kept here too. */
  holds?: boolean
}

export interface Pages<Row> {
  phase: Ref<Phase>
  error: ShallowRef<unknown>
  items: ShallowRef<Row[]>
  cursor: Ref<string | null>
  /** Whether it was read to its end. */
  isWhole: Readonly<Ref<boolean>>
  loadingMore: Ref<boolean>
  moreFailed: ShallowRef<unknown>
  /** Grows with every list that begins: what was asked about an earlier one says nothing of this. */
  generation: Ref<number>
  anew: () => Promise<void>
  load: () => Promise<unknown>
  more: () => Promise<void>
  replace: (row: Row) => void
  drop: (key: number | string) => void
}

/** Reading anew, so many pages are read to bring back the rows that were there; what lies further comes by scrolling. */
const MOST_AGAIN = 6

export function pagesOf<Row, Answer extends Page<Row> = Page<Row>>(
  reading: Reading<Row, Answer>,
): Pages<Row> {
  const { read, keyOf, onPage, holds = true } = reading
  const phase = ref<Phase>('loading')
  const error = shallowRef<unknown>(null)
  const items = shallowRef<Row[]>([])
  const cursor = ref<string | null>(null)
  const isWhole = computed(() => phase.value === 'ready' && cursor.value === null)
  const loadingMore = ref(false)
  const moreFailed = shallowRef<unknown>(null)
  const generation = ref(0)
  let taken = 0
  let running: AbortController | null = null

  function begin(): AbortController {
    running?.abort()
    running = new AbortController()
    loadingMore.value = false
    return running
  }

  /** Something else is asked for from now on: what is shown was not that, so it goes before the answer comes. */
  async function anew(): Promise<void> {
    phase.value = 'loading'
    items.value = []
    // A cursor belongs to its list: with another order or filter it names nothing.
    cursor.value = null
    taken = 0
    await load()
  }

  /** The same list once more, without emptying the screen: it keeps its length, so whoever reads it keeps their place. Why it failed. */
  async function load(): Promise<unknown> {
    const { signal } = begin()
    const wanted = taken
    moreFailed.value = null
    try {
      const found = await readUpTo(wanted, signal)
      if (signal.aborted) return null
      generation.value += 1
      take(found, true)
      error.value = null
      phase.value = 'ready'
      return null
    } catch (failure) {
      if (signal.aborted) return null
      error.value = failure
      // Rows that are there are better than none; the next event or a lost connection's return asks again.
      if (phase.value === 'loading' || items.value.length === 0) phase.value = 'error'
      return failure
    }
  }

  async function readUpTo(wanted: number, signal: AbortSignal): Promise<Answer[]> {
    const found: Answer[] = []
    let rows = 0
    let from: string | null = null
    do {
      const page: Answer = await read(from, signal)
      found.push(page)
      rows += page.items.length
      from = page.next_cursor
    } while (from !== null && rows < wanted && found.length < MOST_AGAIN && !signal.aborted)
    return found
  }

  function take(found: Answer[], isFirst: boolean): void {
    found.forEach((page, at) => onPage?.(page, isFirst && at === 0))
    const fresh = found.flatMap((page) => page.items)
    taken = isFirst ? fresh.length : taken + fresh.length
    cursor.value = found.at(-1)?.next_cursor ?? null
    if (!holds) return
    const held = new Set(isFirst ? [] : items.value.map(keyOf))
    // What came in between two pages moves rows on: one may stand on both.
    const further = fresh.filter((row) => !held.has(keyOf(row)) && held.add(keyOf(row)))
    items.value = isFirst ? further : [...items.value, ...further]
  }

  async function more(): Promise<void> {
    if (cursor.value === null || loadingMore.value || phase.value !== 'ready') return
    const { signal } = (running ??= new AbortController())
    loadingMore.value = true
    moreFailed.value = null
    try {
      const page = await read(cursor.value, signal)
      if (!signal.aborted) take([page], false)
    } catch (failure) {
      // The rows that are there stay usable; asking again asks again.
      if (!signal.aborted) moreFailed.value = failure
    } finally {
      if (!signal.aborted) loadingMore.value = false
    }
  }

  /** What a call answered about one row; nothing for a row that is not here. */
  function replace(row: Row): void {
    const key = keyOf(row)
    items.value = items.value.map((held) => (keyOf(held) === key ? row : held))
  }

  function drop(key: number | string): void {
    items.value = items.value.filter((held) => keyOf(held) !== key)
  }

  return {
    phase,
    error,
    items,
    cursor,
    isWhole,
    loadingMore,
    moreFailed,
    generation,
    anew,
    load,
    more,
    replace,
    drop,
  }
}

/** All rows of a list that is short by its nature (people, roles): read to its end in one go. */
export async function allRows<Row>(read: (cursor: string | null) => Promise<Page<Row>>): Promise<Row[]> {
  const found: Row[] = []
  let cursor: string | null = null
  do {
    const page: Page<Row> = await read(cursor)
    found.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return found
}
