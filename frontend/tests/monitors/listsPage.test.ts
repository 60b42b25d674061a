/** A special list: shown to its end, refused beside the field, and never under another list's name. */

import { afterEach, describe, expect, it, vi } from 'vitest'

import ListsPage from '@/features/monitors/ListsPage.vue'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

function entry(id: number): Record<string, unknown> {
  return {
    id,
    list: 'blocked',
    platform: 'weibo',
    server: '',
    author_external_id: `w${id}`,
    author_name: `第${id}人`,
    note: '',
    expires_at: null,
    is_expired: false,
    created_at: '2026-05-01T02:00:00Z',
    created_by: '江楠',
    version: 1,
  }
}

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
  vi.unstubAllGlobals()
})

const rows = (): number => document.querySelectorAll('[data-testid="listed"]').length
const button = (words: string): HTMLButtonElement | undefined =>
  [...document.querySelectorAll('button')].find((one) => one.textContent.trim() === words)

async function shown(answer: (url: URL, method: string) => Response | Promise<Response>): Promise<void> {
  vi.stubGlobal('fetch', (request: Request) => Promise.resolve(answer(new URL(request.url), request.method)))
  signedIn('inbound_items:read', 'monitors:manage')
  page = await mounted(ListsPage)
  await settled(10)
}

describe('a special list', () => {
  it('is read to its end', async () => {
    await shown((url) =>
      url.searchParams.get('cursor')
        ? Response.json({ items: [entry(1)], next_cursor: null })
        : Response.json({ items: [entry(3), entry(2)], next_cursor: 'more' }),
    )
    expect(rows()).toBe(2)
    button('加载更多')?.click()
    await settled(10)
    expect(rows()).toBe(3)
    expect(button('加载更多')).toBeUndefined()
  })

  it('says beside the field what is wrong and keeps what was typed', async () => {
    await shown((_, method) =>
      method === 'POST'
        ? Response.json(
            {
              type: 'about:blank',
              title: '内容不对',
              status: 422,
              code: 'invalid',
              fields: { author_external_id: '只能是数字' },
            },
            { status: 422, headers: { 'Content-Type': 'application/problem+json' } },
          )
        : Response.json({ items: [], next_cursor: null }),
    )
    const field = document.querySelector<HTMLInputElement>('#ls-author_external_id')
    if (!field) throw new Error('no field')
    field.value = 'abc'
    field.dispatchEvent(new Event('input'))
    await settled()
    button('加入名单')?.click()
    await settled(10)
    expect(field.value).toBe('abc')
    expect(field.getAttribute('aria-invalid')).toBe('true')
    const told = document.getElementById(field.getAttribute('aria-describedby') ?? '')
    expect(told?.textContent).toContain('只能是数字')
    expect(document.querySelectorAll('form [role="alert"]')).toHaveLength(1)
  })

  it('is not shown under the name of another one that is still on its way', async () => {
    let asked = 0
    await shown(() => {
      asked += 1
      return asked === 1
        ? Response.json({ items: [entry(1)], next_cursor: null })
        : new Promise<Response>(() => undefined)
    })
    expect(rows()).toBe(1)
    button('员工')?.click()
    await settled(10)
    expect(asked).toBe(2)
    expect(rows()).toBe(0)
  })
})
