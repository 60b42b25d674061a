/** A list page of the kit: columns that are chosen and remembered, keys, choosing several, and its states. */

import { afterEach, describe, expect, it } from 'vitest'

import { ApiProblem } from '@/api/problem'
import { commandOf, declare, perform } from '@/shortcuts/commands'
import type { Column } from '@/ui/kit/columns'
import ListPage from '@/ui/kit/ListPage.vue'
import { rowCommands } from '@/ui/kit/rowCommands'
import { usePages } from '@/ui/kit/usePages'
import { defineComponent, h, type Component } from 'vue'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

interface Row {
  id: number
  name: string
  size: number
}

const columns: Column<Row>[] = [
  { key: 'name', label: 'special.name', isName: true, cell: (row) => row.name, sort: (row) => row.name },
  { key: 'size', label: 'special.note', cell: (row) => row.size, sort: (row) => row.size },
  { key: 'more', label: 'special.by', isExtra: true, cell: () => 'extra' },
  { key: 'hidden', label: 'special.remove', right: 'accounts:manage', cell: () => 'not for all' },
]
const rows: Row[] = [
  { id: 1, name: '乙', size: 9 },
  { id: 2, name: '甲', size: 30 },
  { id: 3, name: '丙', size: 4 },
]

function list(read: () => Promise<Row[]>, over: Record<string, unknown> = {}): Component {
  return defineComponent(() => {
    const keyOf = (row: Row): number => row.id
    const pages = usePages<Row>({
      read: async () => ({ items: await read(), next_cursor: null }),
      keyOf,
    })
    return () =>
      h(ListPage<Row>, {
        list: 'trial',
        title: '试试',
        what: '试试',
        pages,
        columns,
        keyOf,
        empty: { title: '空的', text: '什么也没有' },
        ...over,
      })
  })
}

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
  localStorage.clear()
})

async function shown(read: () => Promise<Row[]>, over: Record<string, unknown> = {}): Promise<Mounted> {
  signedIn('accounts:read')
  page = await mounted(list(read, over))
  await settled(6)
  return page
}

const there = (): Promise<Row[]> => Promise.resolve(rows)
const names = (): string[] =>
  [...document.querySelectorAll('[data-testid="row"] th')].map((cell) => cell.textContent.trim())
const heads = (): string[] =>
  [...document.querySelectorAll('thead th')].map((cell) => cell.textContent.trim())

describe('a list page', () => {
  it('shows the columns that are declared, and no column that asks for a right one lacks', async () => {
    await shown(there)
    expect(heads()).toEqual(['名称', '原因'])
  })

  it('remembers which columns somebody chose', async () => {
    const screen = await shown(there)
    await screen.click('columns')
    for (const key of ['size', 'more']) await screen.click(`show-${key}`)
    expect(heads()).toEqual(['名称', '添加'])
    screen.end()
    const again = await shown(there)
    expect(heads()).toEqual(['名称', '添加'])
    await again.click('columns')
    await again.click('columns-reset')
    expect(heads()).toEqual(['名称', '原因'])
  })

  it('is sorted by a column, the other way round, and back', async () => {
    const order: unknown[] = []
    const screen = await shown(there, { onOrder: (next: unknown) => order.push(next) })
    await screen.click('sort-size')
    expect(order).toEqual([{ key: 'size', down: false }])
    screen.end()
    await shown(there, { order: { key: 'size', down: true } })
    expect(names()).toEqual(['甲', '乙', '丙'])
  })

  it('keeps a group together in whatever order its rows stand', async () => {
    const groupOf = (row: Row): string => (row.name === '甲' ? '一组' : '二组')
    await shown(there, { groupOf, order: { key: 'size', down: true } })
    expect(names()).toEqual(['乙', '丙', '甲'])
  })

  it('moves, opens and chooses by keys', async () => {
    const opened: number[] = []
    const screen = await shown(there, { chooses: true, open: (row: Row) => opened.push(row.id) })
    const stop = declare(() => rowCommands)
    const press = async (key: string): Promise<void> => {
      const command = commandOf(key)
      if (command) perform(command)
      await settled()
    }
    for (const key of ['j', 'j', 'Enter', 'x']) await press(key)
    expect(opened).toEqual([2])
    expect(screen.get('chosen').textContent).toContain('1')
    const box = document.activeElement
    box?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', shiftKey: true, bubbles: true }))
    await settled()
    expect(screen.get('chosen').textContent).toContain('2')
    await screen.click('choose-all')
    expect(screen.get('chosen').textContent).toContain('3')
    stop()
  })

  it('says calmly what is not there: nothing yet, nothing that fits, no right, not loaded', async () => {
    const none = await shown(() => Promise.resolve([]))
    expect(none.text()).toContain('什么也没有')
    none.end()
    const narrowed = await shown(() => Promise.resolve([]), { isNarrowed: true })
    expect(narrowed.find('list-clear')).not.toBeNull()
    narrowed.end()
    const away = await shown(() =>
      Promise.reject(new ApiProblem(500, { detail: '出错了', request_id: 'r-7' })),
    )
    expect(away.text()).toContain('r-7')
    away.end()
    const forbidden = await shown(() => Promise.reject(new ApiProblem(403, {})))
    expect(forbidden.root.querySelector('.es')).not.toBeNull()
  })
})
