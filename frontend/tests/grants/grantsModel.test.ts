/** What the page of grants makes of grants: their place in time, and what is sent of a form. */

import { describe, expect, it } from 'vitest'

import type { Grant } from '@/features/grants/api'
import {
  allowing,
  byAccount,
  contentOf,
  contractContent,
  contractDraft,
  draftOf,
  mayTakeNew,
  placeIn,
  spanOf,
  standingOf,
  wallOf,
} from '@/features/grants/grantsModel'

const TODAY = Date.parse('2026-06-01T00:00:00Z')
const OWNER = { id: 1, name: '云岭', kind: 'in_house' as const }

function grant(over: Partial<Grant> = {}): Grant {
  return {
    id: 1,
    account: { id: 7, name: '云岭宽带', platform: 'weibo', owner: OWNER },
    agency: { id: 2, name: '蓝桥', kind: 'third_party' },
    team: null,
    begins_at: '2026-05-01T00:00:30Z',
    ends_at: null,
    holds_from: '2026-05-01T00:00:30Z',
    holds_until: null,
    holds: true,
    is_over: false,
    allows: ['listen', 'public_reply'],
    takes_new: false,
    hours: null,
    hours_of_contract: false,
    opens_past: 'active',
    opens_notes: false,
    note: '',
    granted_by: null,
    can_change: true,
    version: 1,
    ...over,
  }
}

describe('grants', () => {
  it('stand by account, the latest beginning first', () => {
    const later = grant({ id: 2, holds_from: '2026-07-01T00:00:00Z', holds: false })
    const rows = byAccount([grant(), later])
    expect(rows.map((row) => row.grants.map((one) => one.id))).toEqual([[2, 1]])
    expect([grant(), later, grant({ is_over: true })].map(standingOf)).toEqual(['holds', 'ahead', 'over'])
  })

  it('lie in time, what goes on to the end of it', () => {
    const ends = grant({ holds_until: '2026-06-01T00:00:00Z' })
    const span = spanOf([grant(), ends], TODAY)
    expect(placeIn(span, grant()).goesOn).toBe(true)
    const place = placeIn(span, ends)
    expect(place.left + place.width).toBeCloseTo((100 * (TODAY - span.from)) / (span.until - span.from))
  })

  it('need listening for what needs reading', () => {
    expect(allowing([], 'public_reply', true)).toEqual(['listen', 'public_reply'])
    expect(allowing(['listen', 'public_reply', 'publish'], 'listen', false)).toEqual(['publish'])
  })

  it('take new requests with a team that answers', () => {
    const draft = draftOf(null, 7)
    expect(mayTakeNew(draft)).toBe(false)
    expect(mayTakeNew({ ...draft, team_id: 3 })).toBe(true)
    expect(mayTakeNew({ ...draft, team_id: 3, allows: ['listen'] })).toBe(false)
  })

  it('keep moments to the second that nobody touched', () => {
    const before = grant({ ends_at: '2026-09-01T00:00:30Z' })
    const draft = draftOf(before, null)
    expect(contentOf(draft, before)).toMatchObject({ begins_at: before.begins_at, ends_at: before.ends_at })
    draft.ends = wallOf('2026-10-01T08:00:00Z')
    expect(contentOf(draft, before).ends_at).toBe('2026-10-01T08:00:00.000Z')
    expect(contentOf(draftOf(null, 7), null)).toMatchObject({ begins_at: null, ends_at: null })
  })
})

describe('contracts', () => {
  it('are open and without a limit where nothing is said', () => {
    const draft = contractDraft(null, '2026-06-01')
    expect(contractContent(draft)).toMatchObject({
      first_day: '2026-06-01',
      last_day: null,
      daily_cap: null,
    })
  })
})
