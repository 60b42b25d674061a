/** A record that takes most of the page: of the list beside it only the names stay, and all columns come back with its end. */

import { afterEach, expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'

import type { Column } from '@/ui/kit/columns'
import ListPage from '@/ui/kit/ListPage.vue'
import { picked, usePages } from '@/ui/kit/usePages'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

interface Row {
  id: number
}

const columns: Column<Row>[] = [
  { key: 'name', label: 'special.name', isName: true, cell: ({ id }) => `第 ${String(id)} 条` },
  { key: 'note', label: 'special.note', cell: () => '说明' },
]
const open = ref(false)
const least = ref(0)
let page: Mounted | null = null
afterEach(() => {
  page?.end()
  open.value = false
  least.value = 0
})

async function shown(): Promise<Mounted> {
  signedIn('accounts:read')
  page = await mounted(
    defineComponent(() => {
      const keyOf = ({ id }: Row): number => id
      const all = usePages<Row>({
        read: () => Promise.resolve({ items: [{ id: 1 }, { id: 2 }], next_cursor: null }),
        keyOf,
      })
      const pages = picked(all, (rows) => rows.filter(({ id }) => id > least.value))
      return () =>
        h(
          ListPage<Row>,
          {
            list: 'trial',
            title: '试试',
            what: '试试',
            pages,
            columns,
            keyOf,
            chooses: true,
            givesWay: true,
            isNarrowed: least.value > 0,
            empty: { title: '空的', text: '什么也没有' },
          },
          open.value ? { beside: () => h('p', '打开的') } : {},
        )
    }),
  )
  await settled(6)
  return page
}

const heads = (): string[] =>
  [...document.querySelectorAll('thead th')].map((cell) => cell.textContent.trim()).filter(Boolean)

it('leaves the names while a record is open', async () => {
  const screen = await shown()
  expect(heads()).toHaveLength(2)
  expect(screen.find('choose-all')).not.toBeNull()
  open.value = true
  await settled()
  expect(screen.text()).toContain('打开的')
  expect(heads()).toEqual(['名称'])
  expect(screen.find('choose-all')).toBeNull()
  open.value = false
  await settled()
  expect(heads()).toHaveLength(2)
})

it('shows what is picked of a list that was read whole, and says when that is nothing', async () => {
  const screen = await shown()
  least.value = 1
  await settled()
  expect(screen.text()).not.toContain('第 1 条')
  expect(screen.get('list-count').textContent).toContain('1')
  least.value = 9
  await settled()
  expect(screen.find('list-clear')).not.toBeNull()
})
