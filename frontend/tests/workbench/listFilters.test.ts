/** What narrows the list stays in sight, also while one searches. */

import { afterEach, describe, expect, it, vi } from 'vitest'

import ListFilters from '@/features/workbench/ListFilters.vue'
import type { ListQuery } from '@/features/workbench/listModel'
import { mounted, signedIn, type Mounted } from '../mounted'

const QUERY: ListQuery = {
  view: 'all',
  accountId: null,
  lane: null,
  unread: false,
  overdue: false,
  text: '宽带',
  sort: 'urgent',
  condition: '',
  savedId: null,
}
let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
})

async function chips(over: Partial<ListQuery>, onChange = vi.fn()): Promise<HTMLElement[]> {
  signedIn('service_requests:read')
  page = await mounted(ListFilters, { query: { ...QUERY, ...over }, unread: 3, onChange })
  page.get('list-search')
  return [...page.root.querySelectorAll<HTMLElement>('[data-testid=narrowing]')]
}

describe('the search field of the list', () => {
  it('stands beside the filters that are on, each of which can be dropped', async () => {
    const changed = vi.fn()
    const shown = await chips({ unread: true, lane: 'private' }, changed)
    expect(shown.map((chip) => chip.textContent)).toEqual(['未读', '私信'])
    shown[1]?.click()
    expect(changed).toHaveBeenCalledWith({ lane: null })
  })

  it('stands alone where none is on', async () => {
    expect(await chips({})).toEqual([])
  })

  it('stays when Escape only ends an input method, and closes on an Escape of the person', async () => {
    const changed = vi.fn()
    await chips({}, changed)
    const field = page?.get('list-search') as HTMLElement
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true }))
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Process', keyCode: 229, bubbles: true }))
    expect(changed).not.toHaveBeenCalled()
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    expect(changed).toHaveBeenCalledWith({ text: '' })
  })
})
