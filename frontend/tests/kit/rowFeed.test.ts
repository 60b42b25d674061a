/** Rows that are no table: the same keys and states as a table has, and a way on that says what failed. */

import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'

import { ApiProblem } from '@/api/problem'
import { commandOf, declare, perform } from '@/shortcuts/commands'
import ListPage from '@/ui/kit/ListPage.vue'
import type { RowsShown } from '@/ui/kit/useListQuery'
import { rowCommands } from '@/ui/kit/rowCommands'
import { usePages } from '@/ui/kit/usePages'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

interface Row {
  id: number
}

const FIRST = { items: [{ id: 1 }, { id: 2 }], next_cursor: 'on' }
let page: Mounted | null = null
let shown: { rows: RowsShown<Row> | null } | null = null
afterEach(() => {
  page?.end()
  page = null
})

async function feed(read: (cursor: string | null) => Promise<typeof FIRST>): Promise<Mounted> {
  signedIn('accounts:read')
  const component = defineComponent(() => {
    const keyOf = ({ id }: Row): number => id
    const pages = usePages<Row>({ read: (cursor) => read(cursor), keyOf })
    return () =>
      h(
        ListPage<Row>,
        {
          list: 'trial',
          title: '试试',
          what: '试试',
          pages,
          keyOf,
          empty: { title: '看完了', text: '没有了', art: 'done' as const },
          ref: (found: unknown) => {
            shown = found as typeof shown
          },
        },
        { row: ({ row, bind }: { row: Row; bind: object }) => h('article', bind, `第 ${String(row.id)} 条`) },
      )
  })
  page = await mounted(component)
  await settled(6)
  return page
}

const focused = (): string | undefined => (document.activeElement as HTMLElement | null)?.dataset['id']

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) {
    const command = commandOf(key)
    if (command) perform(command)
    await settled()
  }
}

describe('a feed', () => {
  it('has a current row that keys move, and gives its place to the next when it goes', async () => {
    const screen = await feed(() => Promise.resolve(FIRST))
    const stop = declare(() => rowCommands)
    await press('j', 'j')
    expect(focused()).toBe('2')
    await press('k')
    expect(focused()).toBe('1')
    const [first] = FIRST.items
    if (first) shown?.rows?.leave(first)
    await settled()
    expect(focused()).toBe('2')
    expect(screen.root.querySelector('table')).toBeNull()
    stop()
  })

  it('keeps its rows when what comes next fails, says so, and asks again', async () => {
    let isAway = true
    const screen = await feed((cursor) => {
      if (cursor === null) return Promise.resolve(FIRST)
      if (isAway) return Promise.reject(new ApiProblem(503, { detail: '稍后再试' }))
      return Promise.resolve({ items: [{ id: 3 }], next_cursor: null } as unknown as typeof FIRST)
    })
    await screen.click('more')
    await settled(4)
    expect(screen.root.querySelector('[role="alert"]')?.textContent).toBeTruthy()
    expect(screen.root.querySelectorAll('article')).toHaveLength(2)
    isAway = false
    await screen.click('more')
    await settled(4)
    expect(screen.root.querySelectorAll('article')).toHaveLength(3)
    expect(screen.find('more')).toBeNull()
  })
})
