import { describe, expect, it } from 'vitest'

import { choices, refusal } from '@/features/workbench/schedule'

const HOUR = 3_600_000

describe('sending later', () => {
  it('offers this evening only while it lies ahead', () => {
    const morning = new Date(2026, 4, 1, 10, 0).getTime()
    const night = new Date(2026, 4, 1, 17, 50).getTime()
    expect(choices(morning).map((choice) => choice.key)).toEqual(['hour', 'evening', 'morning'])
    expect(choices(night).map((choice) => choice.key)).toEqual(['hour', 'morning'])
    expect(choices(night).at(-1)?.at).toBe(new Date(2026, 4, 2, 9, 0).getTime())
  })

  it("refuses the past, the far future and times after the platform's window", () => {
    const now = Date.parse('2026-05-01T02:00:00Z')
    const until = '2026-05-01T04:00:00Z'
    expect([
      refusal(now, now, null),
      refusal(NaN, now, null),
      refusal(now + 31 * 24 * HOUR, now, null),
      refusal(now + 2 * HOUR, now, until),
      refusal(now + HOUR, now, until),
    ]).toEqual(['past', 'past', 'far', 'window', null])
  })
})
