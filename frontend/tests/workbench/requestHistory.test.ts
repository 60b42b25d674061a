/** Who did what to a request: a skeleton while it is asked for, never an empty card. */

import { afterEach, describe, expect, it, vi } from 'vitest'

import { requests as api } from '@/api/endpoints'
import RequestHistory from '@/features/workbench/RequestHistory.vue'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { request } from '../support'

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
  vi.restoreAllMocks()
})

describe('the history of a request', () => {
  it('is a skeleton until it has come, then says so when it is empty', async () => {
    let answer: (value: Awaited<ReturnType<typeof api.changes>>) => void = () => undefined
    vi.spyOn(api, 'changes').mockReturnValue(new Promise((resolve) => (answer = resolve)))
    signedIn('service_requests:read')
    page = await mounted(RequestHistory, { request: request({ id: 1 }) })
    expect(page.get('history-coming').querySelectorAll('.sk')).toHaveLength(3)
    answer({ items: [], next_cursor: null })
    await settled()
    expect(page.find('history-coming')).toBeNull()
    expect(page.root.textContent).toContain('还没有记录')
  })
})
