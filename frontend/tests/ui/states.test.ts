/** The calm states in place of content: not loaded, not there, no right, nothing. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiProblem, Offline, Unreachable } from '@/api/problem'
import ListEmpty from '@/features/workbench/ListEmpty.vue'
import type { ListQuery } from '@/features/workbench/listModel'
import ErrorState from '@/ui/ErrorState.vue'
import { mounted, signedIn, type Mounted } from '../mounted'

let page: Mounted | null = null

beforeEach(() => {
  signedIn('service_requests:read', 'service_requests:claim')
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      Response.json({ holders: [{ id: 1, name: '江楠' }], grantors: [{ id: 2, name: '管理员' }] }),
    ),
  )
})
afterEach(() => {
  page?.end()
  page = null
  vi.unstubAllGlobals()
})

async function failed(error: unknown, over = {}): Promise<string> {
  page = await mounted(ErrorState, { error, what: '请求列表', ...over })
  return page.text()
}

function retry(): HTMLButtonElement | null {
  return page?.root.querySelector('.btn-primary') ?? null
}

describe('what did not load', () => {
  it('says what happened, what is safe, a number to quote, and how to try again', async () => {
    const asked = vi.fn()
    const problem = new ApiProblem(500, { detail: '服务器出错了', request_id: 'r-42' })
    const words = await failed(problem, { safe: '草稿都在。', onRetry: asked })
    for (const part of ['请求列表', '服务器出错了。草稿都在。', 'r-42']) expect(words).toContain(part)
    retry()?.click()
    expect(asked).toHaveBeenCalledOnce()
  })

  it('blames the line only when it was the line (case G14)', async () => {
    const offline = await failed(new Offline())
    page?.end()
    const silent = await failed(new Unreachable(null))
    expect(offline).not.toBe(silent)
    expect(retry()).not.toBeNull()
  })

  it('names who may help without a right, and offers no second try (case G7)', async () => {
    const words = await failed(new ApiProblem(403, { permission: 'people:read' }))
    expect(words).toContain('江楠')
    expect(words).toContain('管理员')
    expect(retry()).toBeNull()
  })

  it('offers no second try for what is gone', async () => {
    await failed(new ApiProblem(404, { detail: '没有这条请求' }))
    expect(page?.text()).toContain('没有这条请求')
    expect(retry()).toBeNull()
  })
})

describe('a list without rows', () => {
  const query: ListQuery = {
    view: 'mine',
    accountId: null,
    lane: null,
    unread: false,
    overdue: false,
    text: '',
    sort: 'urgent',
    condition: '',
    savedId: null,
  }

  it('names each filter and takes one or all away', async () => {
    const changed = vi.fn()
    page = await mounted(ListEmpty, {
      query: { ...query, lane: 'public', unread: true },
      filtered: true,
      onChange: changed,
    })
    const chips = [...page.root.querySelectorAll<HTMLElement>('.fchip')]
    expect(chips).toHaveLength(2)
    chips[0]?.click()
    page.root.querySelector<HTMLElement>('.btn-primary')?.click()
    expect(changed.mock.calls[0]?.[0]).not.toEqual(changed.mock.calls[1]?.[0])
    expect(changed.mock.calls[1]?.[0]).toMatchObject({ lane: null, unread: false, text: '' })
  })

  it('says why it is empty where nothing is filtered', async () => {
    page = await mounted(ListEmpty, { query: { ...query, view: 'resolved' }, filtered: false })
    expect(page.root.querySelector('h2')?.textContent).not.toBe('')
    expect(page.root.querySelector('.fchip')).toBeNull()
  })
})
