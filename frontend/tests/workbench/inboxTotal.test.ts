/** How many a list of requests has: counted, or only so far where common words were looked for. */

import { afterEach, describe, expect, it, vi } from 'vitest'

import { requests as api } from '@/api/endpoints'
import type { RequestPage } from '@/api/contract'
import BulkButton from '@/features/longwork/BulkButton.vue'
import { useInbox } from '@/stores/inbox'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { request } from '../support'

let shown: Mounted | null = null
afterEach(() => {
  shown?.end()
  shown = null
  vi.restoreAllMocks()
})

function page(given: Partial<RequestPage>): RequestPage {
  const item = request({ id: 1 })
  return {
    items: [item],
    places: [[1]],
    next_cursor: 'more',
    total: 50,
    counted_all: false,
    event_seq: 1,
    ...given,
  }
}

async function looked(...pages: RequestPage[]): Promise<ReturnType<typeof useInbox>> {
  signedIn('service_requests:assign')
  const list = vi.spyOn(api, 'list')
  for (const each of pages) list.mockResolvedValueOnce(each)
  const inbox = useInbox()
  await inbox.open({ ...inbox.query, view: 'all', text: '宽带' })
  await settled()
  return inbox
}

describe('the number above the list', () => {
  it('says that there are more than were counted', async () => {
    expect((await looked(page({}))).shownTotal).toBe('50+')
  })

  it('is exact once the last page is there', async () => {
    const inbox = await looked(page({}), page({ next_cursor: null, total: 1, counted_all: true }))
    await inbox.more()
    expect(inbox.shownTotal).toBe('1')
  })

  it('is told to the last to whoever acts upon all of them', async () => {
    const inbox = await looked(page({}))
    const membership = vi.spyOn(api, 'membership').mockResolvedValue({ items: [], total: 4360 })
    shown = await mounted(BulkButton, { query: inbox.conditions, isEmpty: false, count: inbox.count })
    await shown.click('bulk')
    await vi.waitFor(() => expect(document.body.textContent).toContain('4360'))
    expect(membership.mock.calls[0]?.[0]).not.toHaveProperty('uncounted', true)
  })
})
