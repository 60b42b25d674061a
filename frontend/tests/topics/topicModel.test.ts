import { describe, expect, it } from 'vitest'

import type { AlertView, TopicView } from '@/features/topics/api'
import { negativeShare, ordered, seriesOf, times, totals } from '@/features/topics/topicModel'

function alert(over: Partial<AlertView>): AlertView {
  return {
    id: 1,
    account: { id: 1, name: '客服', platform: 'weibo' },
    kind: 'volume',
    hour: '2026-05-01T02:00:00Z',
    value: 41,
    baseline: 10,
    posts: 41,
    negative: 20,
    topic: null,
    raised_at: '2026-05-01T02:10:00Z',
    last_seen_at: '2026-05-01T02:10:00Z',
    cools_until: '2026-05-01T04:10:00Z',
    acknowledged_at: null,
    acknowledged_by: null,
    version: 1,
    ...over,
  }
}

describe('alerts', () => {
  it('come open ones first, then the newest', () => {
    const rows = ordered([
      alert({ id: 1, acknowledged_at: '2026-05-01T03:00:00Z', raised_at: '2026-05-01T03:00:00Z' }),
      alert({ id: 2 }),
      alert({ id: 3, raised_at: '2026-05-01T02:50:00Z' }),
    ])
    expect(rows.map((row) => row.id)).toEqual([3, 2, 1])
  })

  it('are compared with what is usual only where that means something', () => {
    expect([times(alert({})), times(alert({ baseline: 0.4 }))]).toEqual([4.1, null])
  })
})

describe('topics', () => {
  const topic = { id: 1, version: 3, item_count: 8, negative_count: 6 } as TopicView

  it('count shares of nothing as nothing', () => {
    expect([negativeShare(topic), negativeShare({ item_count: 0, negative_count: 0 })]).toEqual([0.75, 0])
  })

  it('are drawn negative and other apart, with gaps where the usual is unknown', () => {
    const items = [
      { hour: 'a', posts: 5, negative: 2, baseline: 1.5 },
      { hour: 'b', posts: 1, negative: 1, baseline: null },
    ]
    expect(seriesOf(items)).toEqual({
      hours: ['a', 'b'],
      negative: [2, 1],
      other: [3, 0],
      baseline: [1.5, null],
    })
    expect(totals(items)).toEqual({ posts: 6, negative: 3 })
  })
})
