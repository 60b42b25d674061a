/** A row that was shown before it was judged gets its verdict, also when the event that tells of it came before the list. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent } from 'vue'

import { useFreshCounts } from '@/features/listener/useFreshCounts'
import { useListener } from '@/stores/listener'
import type { InboundItemView } from '@/api/contract'
import { mounted, signedIn, type Mounted } from '../mounted'

const Stream = defineComponent({
  setup() {
    useFreshCounts()
    return () => null
  },
})
const item = (id: number, verdict: object | null) => ({ id, verdict }) as InboundItemView
let page: Mounted | null = null
let asked: string[] = []
/** How often the server says that the item is not judged yet. */
let stillWaits = 0

beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname } = new URL(request.url)
    if (!/\/inbound-items\/\d+$/.test(pathname)) return Promise.resolve(Response.json({}))
    asked.push(pathname)
    stillWaits -= 1
    return Promise.resolve(Response.json(item(7, stillWaits >= 0 ? null : { outcome: 'kept' })))
  })
  signedIn('inbound_items:read')
})
afterEach(() => {
  page?.end()
  page = null
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('a row that is not judged yet', () => {
  it('is asked for until it is, more slowly each time, and then no more', async () => {
    stillWaits = 2
    page = await mounted(Stream)
    vi.useFakeTimers()
    useListener().items = [item(7, null), item(8, { outcome: 'dropped' })]
    await vi.advanceTimersByTimeAsync(2_000)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(useListener().items.map((row) => row.verdict !== null)).toEqual([true, true])
    expect(asked).toHaveLength(3)
    expect(new Set(asked)).toEqual(new Set(['/api/v1/inbound-items/7']))
  })

  it('costs nothing where all are judged', async () => {
    page = await mounted(Stream)
    vi.useFakeTimers()
    useListener().items = [item(8, { outcome: 'dropped' })]
    await vi.advanceTimersByTimeAsync(20_000)
    expect(asked).toEqual([])
  })
})
