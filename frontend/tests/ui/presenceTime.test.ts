/** How long somebody has been so, what is left of a break, and by how much it is over. */

import { describe, expect, it } from 'vitest'

import { lasting } from '@/ui/presenceTime'

const SINCE = '2026-05-01T02:00:00Z'
const at = (seconds: number): number => Date.parse(SINCE) + seconds * 1000

describe('the time of a presence', () => {
  it.each([
    ['counts up where it may last', 130, null, { text: '02:10', isOver: false, isLeft: false }],
    ['counts down to its end', 60, '2026-05-01T02:15:00Z', { text: '14:00', isOver: false, isLeft: true }],
    [
      'is not over in its last second',
      900,
      '2026-05-01T02:15:00Z',
      { text: '00:00', isOver: false, isLeft: true },
    ],
    [
      'says by how much it is over',
      905,
      '2026-05-01T02:15:00Z',
      { text: '00:05', isOver: true, isLeft: false },
    ],
  ])('%s', (_what, seconds, until, wanted) => {
    expect(lasting(at(seconds), SINCE, until)).toEqual(wanted)
  })

  it('says nothing of what nobody knows', () => {
    expect(lasting(at(0), null, null).text).toBe('')
  })
})
