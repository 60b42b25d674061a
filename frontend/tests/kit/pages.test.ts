/** A list that is read page by page: late answers are dropped, its length is kept, a failure leaves what is there. */

import { describe, expect, it } from 'vitest'

import { allRows, pagesOf, type Page } from '@/ui/kit/pages'

interface Row {
  id: number
  words?: string
}

const page = (ids: number[], next: string | null = null): Page<Row> => ({
  items: ids.map((id) => ({ id })),
  next_cursor: next,
})
const keyOf = (row: Row): number => row.id

function held<T>() {
  let give: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => (give = resolve))
  return { promise, give: (value: T) => give(value) }
}

describe('pages', () => {
  it('come one after the other, and no row stands twice', async () => {
    const asked: (string | null)[] = []
    const list = pagesOf<Row>({
      keyOf,
      read: (cursor) => {
        asked.push(cursor)
        return Promise.resolve(cursor === null ? page([5, 4], 'a') : page([4, 3]))
      },
    })
    await list.anew()
    expect([list.phase.value, list.isWhole.value]).toEqual(['ready', false])
    await list.more()
    expect(list.items.value.map(keyOf)).toEqual([5, 4, 3])
    expect(list.isWhole.value).toBe(true)
    await list.more()
    expect(asked).toEqual([null, 'a'])
  })

  it('drop an answer that comes after another list was asked for', async () => {
    const slow = held<Page<Row>>()
    let asked = 0
    const list = pagesOf<Row>({
      keyOf,
      read: () => ((asked += 1) === 1 ? slow.promise : Promise.resolve(page([2]))),
    })
    const first = list.anew()
    await list.anew()
    slow.give(page([1]))
    await first
    expect(list.items.value.map(keyOf)).toEqual([2])
  })

  it('drop a further page of a list that is no longer asked for', async () => {
    const slow = held<Page<Row>>()
    const list = pagesOf<Row>({
      keyOf,
      read: (cursor) => (cursor === null ? Promise.resolve(page([9], 'a')) : slow.promise),
    })
    await list.anew()
    const further = list.more()
    await list.anew()
    slow.give(page([1]))
    await further
    expect(list.items.value.map(keyOf)).toEqual([9])
    expect(list.loadingMore.value).toBe(false)
  })

  it('keep their length when they are read anew', async () => {
    let rows = [6, 5, 4, 3]
    const list = pagesOf<Row>({
      keyOf,
      read: (cursor) => {
        const from = cursor === null ? 0 : Number(cursor)
        const next = from + 2 < rows.length ? String(from + 2) : null
        return Promise.resolve(page(rows.slice(from, from + 2), next))
      },
    })
    await list.anew()
    await list.more()
    rows = [7, 6, 5, 4, 3]
    await list.load()
    expect(list.items.value.map(keyOf)).toEqual([7, 6, 5, 4])
  })

  it('keep what is there when a further page or a second reading fails', async () => {
    let fails = false
    const list = pagesOf<Row>({
      keyOf,
      read: () => (fails ? Promise.reject(new Error('away')) : Promise.resolve(page([1], 'a'))),
    })
    await list.anew()
    fails = true
    await list.more()
    expect(list.moreFailed.value).toBeInstanceOf(Error)
    await list.load()
    expect([list.phase.value, list.items.value.map(keyOf)]).toEqual(['ready', [1]])
    expect(list.error.value).toBeInstanceOf(Error)
    await list.anew()
    expect(list.phase.value).toBe('error')
  })

  it('take what a call answered about one row', async () => {
    const list = pagesOf<Row>({ keyOf, read: () => Promise.resolve(page([2, 1])) })
    await list.anew()
    list.replace({ id: 1, words: 'new' })
    list.replace({ id: 8, words: 'not of this list' })
    list.drop(2)
    expect(list.items.value).toEqual([{ id: 1, words: 'new' }])
  })

  it('are read to their end where a list is short', async () => {
    const rows = await allRows<Row>((cursor) => Promise.resolve(cursor === null ? page([1], 'a') : page([2])))
    expect(rows.map(keyOf)).toEqual([1, 2])
  })
})
