/** A request in the list: what a person sees of it at a glance. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import RequestRow from '@/features/workbench/RequestRow.vue'
import type { ServiceRequestView } from '@/api/contract'
import { useDrafts } from '@/stores/drafts'
import { useLive } from '@/stores/live'
import { mounted, signedIn, type Mounted } from '../mounted'
import { request } from '../support'

let page: Mounted | null = null

beforeEach(() => {
  localStorage.clear()
  signedIn('service_requests:read')
})
afterEach(() => {
  page?.end()
  page = null
})

async function row(over: Partial<ServiceRequestView> = {}, props = {}): Promise<HTMLElement> {
  page = await mounted(RequestRow, {
    request: request({ id: 1, ...over }),
    selected: false,
    fresh: false,
    gone: false,
    ...props,
  })
  return page.get('request-row')
}

describe('a row', () => {
  it('says for how long it was given and not opened, until it is', async () => {
    const given = { offered_at: new Date(Date.now() - 200_000).toISOString(), status: 'open' as const }
    const shown = await row({ ...given, assignee: { id: 3, name: '何晓棠' } })
    expect(page?.get('unopened').textContent).toMatch(/未打开 3:\d\d/)
    expect(shown.textContent).toContain('未打开')
    page?.end()
    await row({ offered_at: null, assignee: { id: 3, name: '何晓棠' } })
    expect(page?.find('unopened')).toBeNull()
    page?.end()
    await row({ ...given, assignee: null })
    expect(page?.find('unopened')).toBeNull()
  })

  it('shows who, what, where and how much is unread', async () => {
    const shown = await row({ unread_count: 12, priority: 1 })
    for (const words of ['客户', '网断了', '公开', '投诉', 'P1', '9+', 'LK-1'])
      expect(shown.textContent).toContain(words)
    expect(shown.className).toContain('unread')
    expect(shown.dataset).toMatchObject({ id: '1', version: '1' })
  })

  it('is quiet where there is nothing to tell', async () => {
    const shown = await row({ unread_count: 0, priority: 3 })
    expect(shown.className).not.toContain('unread')
    expect(shown.querySelector('.bub')).toBeNull()
    expect(shown.textContent).not.toContain('P3')
  })

  it('marks the last word as ours, and a draft before it', async () => {
    const preview = {
      medium: null,
      planned_for: null,
      text: '已派单',
      direction: 'outbound',
      at: '2026-05-01T02:00:00Z',
    } as const
    expect((await row({ preview })).textContent).toContain('↩ 已派单')
    page?.end()
    useDrafts().write(101, 'public', '正在写')
    const drafted = await row({ preview })
    expect(drafted.querySelector('.draft')).not.toBeNull()
    expect(drafted.textContent).toContain('正在写')
    expect(drafted.textContent).not.toContain('已派单')
  })

  it('shows colleagues who look at it, never oneself', async () => {
    const viewer = { typing: false, since: '2026-05-01T02:00:00Z' }
    useLive().viewers = {
      101: [
        { id: 3, name: '何晓棠', ...viewer },
        { id: 4, name: '陆遥', ...viewer },
      ],
    }
    const shown = await row()
    const names = shown.querySelector('.avs')?.getAttribute('title') ?? ''
    expect(names).toContain('陆遥')
    expect(names).not.toContain('何晓棠')
  })

  it('says that our answer did not go out, and why (case A2)', async () => {
    const failed = (await row({ send_failure: 'window_closed' })).querySelector('[data-testid=send-failure]')
    expect(failed?.textContent).toBe('发送失败')
    expect(failed?.getAttribute('title')).toContain('时限已过')
    page?.end()
    expect((await row()).querySelector('[data-testid=send-failure]')).toBeNull()
  })

  it('says that an answer is planned until its time has come', async () => {
    const preview = {
      medium: null,
      text: '明早回电',
      direction: 'outbound',
      at: '2026-05-01T02:00:00Z',
    } as const
    const planned = async (from: number): Promise<string | undefined> => {
      const at = new Date(Date.now() + from).toISOString()
      const shown = await row({ preview: { ...preview, planned_for: at } })
      const words = shown.querySelector('[data-testid=planned]')?.textContent ?? undefined
      page?.end()
      return words
    }
    expect(await planned(3_600_000)).toMatch(/\d+:\d\d 发送/)
    expect(await planned(-60_000)).toBeUndefined()
    page = null
  })

  it('does not call an answer failed whose end nobody knows', async () => {
    const unknown = (await row({ send_failure: 'unknown_outcome' })).querySelector(
      '[data-testid=send-failure]',
    )
    expect(unknown?.textContent).toBe('结果待核对')
    expect(unknown?.className).toContain('tag-warning')
  })

  it('says that it is late, and that it left the view unless it is being read', async () => {
    const late = await row({ due_at: '2020-01-01T00:00:00Z' }, { gone: true })
    expect(late.querySelector('.urg.late')).not.toBeNull()
    expect(late.className).toContain('is-gone')
    page?.end()
    const read = await row({}, { gone: true, selected: true })
    expect(read.className).not.toContain('is-gone')
    expect(read.getAttribute('aria-current')).toBe('true')
  })
})
