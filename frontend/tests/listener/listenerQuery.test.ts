import { describe, expect, it } from 'vitest'

import { isNarrowed, queryOf, tabOf } from '@/features/listener/listenerQuery'

describe('the stream’s address', () => {
  it('without filters asks for everything', () => {
    expect(isNarrowed(queryOf({}))).toBe(false)
    expect(tabOf({})).toBe('all')
  })

  it('turns each filter into what the server is asked', () => {
    const query = queryOf({
      outcome: 'dropped',
      reason: 'advert',
      account: '3',
      monitor: '5',
      mood: 'neutral',
      intent: 'spam',
      repeats: 'folded',
      q: '断网',
      when: '{"all":[]}',
      saved: '9',
    })
    expect(query).toEqual({
      outcome: 'dropped',
      review: false,
      reason: 'advert',
      account_id: 3,
      monitor_id: 5,
      sentiment: 0,
      intent: 'spam',
      cluster_of: null,
      hide_repeats: true,
      q: '断网',
      condition: '{"all":[]}',
      saved_view_id: 9,
    })
    expect(isNarrowed(query)).toBe(true)
  })

  it('asks for what a person should look at without naming an outcome', () => {
    expect(queryOf({ outcome: 'review' })).toMatchObject({ outcome: null, review: true })
  })

  it('takes nothing from a broken address', () => {
    const query = queryOf({
      outcome: 'everything',
      account: '-1',
      monitor: 'x',
      cluster: '1.5',
      mood: 'angry',
      intent: 'fun',
      repeats: 'yes',
      q: ['a', 'b'],
    })
    expect(isNarrowed(query)).toBe(false)
  })
})
