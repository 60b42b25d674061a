/** An account in use that is not read is never shown as fine. */

import { afterEach, describe, expect, it } from 'vitest'

import type { AccountView } from '@/api/contract'
import AccountRecord from '@/features/accounts/AccountRecord.vue'
import { byNeed, needsSomebody } from '@/features/accounts/standing'
import { mounted, signedIn, type Mounted } from '../mounted'

const PAUSE = {
  reason: 'quota_spent',
  since: '2026-05-01T02:00:00Z',
  until: '2026-05-02T02:00:00Z',
} as const

function account(over: Partial<AccountView> = {}): AccountView {
  return {
    id: 7,
    name: '云岭宽带 Broadband',
    platform: 'weibo',
    external_id: '5',
    agency: { id: 1, name: '云岭通信', kind: 'in_house' },
    kind: 'official',
    team_id: null,
    owner_operator_id: null,
    callback_path: null,
    settings: null,
    status: 'active',
    status_advice: null,
    status_detail: null,
    status_since: '2026-05-01T02:00:00Z',
    token_expires_at: null,
    last_poll_at: '2026-05-01T02:00:00Z',
    last_push_at: null,
    lag_seconds: null,
    unreachable_since: null,
    push_fault: null,
    streams: [],
    reading_pause: null,
    unread_streams: [],
    waiting: { pushes: 0, sealed_pushes: 0, outbound: 0, media: 0 },
    error_streak: 0,
    retry_at: null,
    quota: null,
    capabilities: [],
    refused_capabilities: [],
    edition: 'e',
    version: 1,
    ...over,
  }
}

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
})

const shown = (one: AccountView | null): Promise<Mounted> =>
  mounted(AccountRecord, {
    account: one,
    names: { team: () => '宽带组', person: () => undefined },
    canAuthorise: false,
  })

describe('the record of an account', () => {
  it('says that it is not read, since when, and when it is again', async () => {
    signedIn('accounts:read')
    page = await shown(account({ reading_pause: PAUSE }))
    const words = page.root.textContent
    expect(words).toContain('没有在读取')
    expect(words).not.toContain('正常')
    expect(page.get('reading-pause').textContent).toMatch(
      /额度已用完.*上次读取 5 月 1 日.*5 月 2 日.*恢复读取/s,
    )
  })

  it('says that all is well when it is read', async () => {
    signedIn('accounts:read')
    page = await shown(account())
    expect(page.root.textContent).toContain('正常')
    expect(page.find('reading-pause')).toBeNull()
    expect(page.root.textContent).toContain('宽带组')
  })

  it('has only the parts that one may see', async () => {
    signedIn('accounts:read')
    page = await shown(account())
    expect(page.find('watchers-of')).toBeNull()
    expect(page.find('account-history')).toBeNull()
    page.end()
    signedIn('accounts:read', 'grants:read', 'audit:read')
    page = await shown(account())
    expect(page.find('watchers-of')).not.toBeNull()
    expect(page.find('account-history')).not.toBeNull()
  })

  it('says that it is not here where the address names another', async () => {
    signedIn('accounts:read')
    page = await shown(null)
    expect(page.root.textContent).toContain('这里没有这个账号')
  })
})

describe('the head line of the accounts', () => {
  it('counts an account that is not read, and puts it first', () => {
    const paused = account({ reading_pause: PAUSE })
    const rows = byNeed([account({ id: 1 }), paused, account({ id: 2, status: 'removed' })])
    expect(rows.map((row) => row.id)).toEqual([7, 1])
    expect(rows.filter(needsSomebody)).toEqual([paused])
  })
})
