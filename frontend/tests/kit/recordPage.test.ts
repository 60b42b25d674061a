/** A record: what is said of it to whom, its parts, and what stands where there is none. */

import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'

import type { Fact } from '@/ui/kit/facts'
import RecordPage from '@/ui/kit/RecordPage.vue'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

interface Thing {
  size: number
}

const facts: Fact<Thing>[] = [
  { key: 'size', label: 'special.note', cell: ({ size }) => size },
  { key: 'big', label: 'special.by', cell: () => '很大', when: ({ size }) => size > 9 },
  { key: 'secret', label: 'special.ends', cell: () => '机密', right: 'accounts:manage' },
]
let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
})

async function shown(record: Thing | null, tab = 'facts'): Promise<Mounted> {
  const open = ref(tab)
  const closed = ref(0)
  const component = defineComponent(
    () => () =>
      h(
        RecordPage<Thing>,
        {
          name: '一件东西',
          record,
          gone: { title: '这里没有', text: '它不在了' },
          facts,
          tabs: [{ key: 'more', label: '更多', testid: 'part-more' }],
          tab: open.value,
          'onUpdate:tab': (next: string | undefined) => (open.value = next ?? 'facts'),
          onClose: () => (closed.value += 1),
        },
        {
          'tab-more': () => h('p', '还有这些'),
          notice: () => h('p', `关了 ${String(closed.value)} 次`),
        },
      ),
  )
  page = await mounted(component)
  await settled()
  return page
}

const said = (): string[] => [...document.querySelectorAll('dd')].map((fact) => fact.textContent.trim())

describe('a record', () => {
  it('says the facts that there are, and none that asks for a right one lacks', async () => {
    signedIn('accounts:read')
    await shown({ size: 3 })
    expect(said()).toEqual(['3'])
    page?.end()
    signedIn('accounts:read', 'accounts:manage')
    await shown({ size: 30 })
    expect(said()).toEqual(['30', '很大', '机密'])
  })

  it('shows its parts, the first where the address names one that is not there', async () => {
    signedIn('accounts:read')
    const screen = await shown({ size: 3 }, 'elsewhere')
    expect(said()).toEqual(['3'])
    await screen.click('part-more')
    expect(said()).toEqual([])
    expect(screen.text()).toContain('还有这些')
    await screen.click('record-close')
    expect(screen.text()).toContain('关了 1 次')
  })

  it('says that it is not here, without parts or facts', async () => {
    signedIn('accounts:read')
    const screen = await shown(null)
    expect(screen.text()).toContain('这里没有')
    expect(screen.root.querySelector('[role="tablist"]')).toBeNull()
    expect(said()).toEqual([])
  })
})
