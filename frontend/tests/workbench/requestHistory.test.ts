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

  it('tells an unknown outcome from a failure, and why in words only', async () => {
    const change = {
      at: '2026-05-01T02:00:00Z',
      actor: null,
      said: null,
      automatic: null,
      fields: [],
      message_id: null,
      decision: null,
    }
    const failed = { ...change, kind: 'answer_failed', text: '回复发送失败' } as const
    vi.spyOn(api, 'changes').mockResolvedValue({
      items: [
        { ...failed, id: 1, version: 3, reason: 'unknown_outcome' },
        { ...failed, id: 2, version: 2, reason: 'window_closed' },
        { ...change, id: 3, version: 1, kind: 'returned', text: '交还待分配', reason: 'operator_left_team' },
      ],
      next_cursor: null,
    })
    signedIn('service_requests:read')
    page = await mounted(RequestHistory, { request: request({ id: 1 }) })
    const lines = [...page.get('history').querySelectorAll('li .el')]
    expect(lines.map((line) => line.textContent)).toEqual([
      '回复结果未知，待核对',
      '回复发送失败',
      '交还待分配',
    ])
    const reasons = lines.map((line) => line.getAttribute('title') ?? '')
    expect(reasons[1]).toContain('时限已过')
    expect(reasons.join('')).not.toMatch(/[a-z]_[a-z]/)
  })
})
