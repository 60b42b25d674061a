/** An account that is not served in full is never called fine on the floor. */

import { afterEach, describe, expect, it } from 'vitest'

import AccountHealth from '@/features/floor/AccountHealth.vue'
import type { AccountFigures } from '@/features/floor/api'
import { mounted, signedIn, type Mounted } from '../mounted'

const SINCE = '2026-05-01T02:00:00Z'
const PAUSE = { reason: 'quota_spent', since: SINCE, until: '2026-05-02T02:00:00Z' } as const

function figures(over: Partial<AccountFigures>): AccountFigures {
  return {
    account: { id: 7, name: '云岭宽带', platform: 'weibo' },
    active: 3,
    unassigned: 0,
    overdue: 0,
    pending: 0,
    status: 'active',
    status_since: SINCE,
    reading_pause: null,
    unreachable_since: null,
    push_fault: null,
    ...over,
  }
}

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
})

const TROUBLES: [words: string, over: Partial<AccountFigures>][] = [
  ['没有在读取', { reading_pause: PAUSE }],
  ['没有应答', { unreachable_since: SINCE }],
  ['读不了', { push_fault: 'wrong_encoding_key' }],
  ['已暂停', { status: 'paused' }],
]

describe('the state of an account on the floor board', () => {
  it.each(TROUBLES)('says %s, and counts it', async (words, over) => {
    signedIn('overview:read')
    page = await mounted(AccountHealth, { accounts: [figures({}), figures(over)] })
    expect(page.get('trouble').textContent).toContain(words)
    expect(page.root.textContent).toContain('1 个需要处理')
    expect(page.root.querySelectorAll('[data-testid=trouble]')).toHaveLength(1)
  })

  it('is fine when nothing is wrong', async () => {
    signedIn('overview:read')
    page = await mounted(AccountHealth, { accounts: [figures({})] })
    expect(page.find('trouble')).toBeNull()
  })
})
