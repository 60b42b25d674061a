import { afterEach, describe, expect, it, vi } from 'vitest'

import type { AccountView } from '@/api/contract'
import FollowsDialog from '@/features/accounts/FollowsDialog.vue'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

const ACCOUNT = { id: 7, name: '云岭电信', platform: 'mastodon', status: 'active' } as unknown as AccountView
const PERSON = { name: '小林', handle: 'lin', profile_url: null, followers: 12, description: null }
let shown: Mounted | null = null

function served(calls: { method: string; url: string; body: string }[]): void {
  const pages: Record<string, unknown> = {
    '': { items: [{ ...PERSON, external_id: '1' }], next_cursor: 'page2' },
    page2: { items: [{ ...PERSON, external_id: '2', name: '小周' }], next_cursor: null },
  }
  vi.stubGlobal('fetch', async (request: Request) => {
    const url = new URL(request.url)
    calls.push({ method: request.method, url: url.pathname, body: await request.text() })
    if (request.method === 'PUT') return new Response(null, { status: 204 })
    return Response.json(pages[url.searchParams.get('cursor') ?? ''])
  })
}

afterEach(() => {
  shown?.end()
  shown = null
  vi.unstubAllGlobals()
})

describe('who asks to follow a locked account', () => {
  it('is listed page by page, and told yes or no', async () => {
    const calls: { method: string; url: string; body: string }[] = []
    served(calls)
    signedIn('accounts:read', 'accounts:manage')
    shown = await mounted(FollowsDialog, { account: ACCOUNT })
    await settled(10)
    await shown.click('more')
    await settled(10)
    expect(shown.get('follow-requests').textContent).toContain('小周')
    expect(shown.find('more')).toBeNull()
    await shown.click('accept-1')
    await settled(10)
    await shown.click('reject-2')
    await settled(10)
    const answers = calls.filter((call) => call.method === 'PUT')
    expect(answers.map((call) => [call.url.split('/').at(-1), call.body])).toEqual([
      ['1', '{"accept":true}'],
      ['2', '{"accept":false}'],
    ])
    expect(shown.find('accept-1')).toBeNull()
    expect(shown.get('follow-requests').textContent).toContain('已同意')
    expect(shown.get('follow-requests').textContent).toContain('已拒绝')
  })

  it('is seen without buttons by those who only look', async () => {
    served([])
    signedIn('accounts:read')
    shown = await mounted(FollowsDialog, { account: ACCOUNT })
    await settled(10)
    expect(shown.get('follow-requests').textContent).toContain('小林')
    expect(shown.find('accept-1')).toBeNull()
  })
})
