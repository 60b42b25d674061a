import { describe, expect, it } from 'vitest'

import type { AlertView, TopicView } from '@/features/topics/api'
import { mergeAlert, mergeTopic, negativeShare, ordered, seriesOf, times, totals } from '@/features/topics/topicModel'
import { applyEvent, emptyEntities } from '@/realtime/reducer'
import { event } from '../support'

function alert(over: Partial<AlertView>): AlertView {
  return { id: 1, account: { id: 1, name: '客服', platform: 'weibo' }, kind: 'volume', hour: '2026-05-01T02:00:00Z', value: 41, baseline: 10, posts: 41, negative: 20, topic: null, raised_at: '2026-05-01T02:10:00Z', last_seen_at: '2026-05-01T02:10:00Z', cools_until: '2026-05-01T04:10:00Z', acknowledged_at: null, acknowledged_by: null, ...over }
}

describe('alerts', () => {
  it('stay acknowledged whichever order the news arrives in', () => {
    const raised = alert({ last_seen_at: '2026-05-01T02:30:00Z', posts: 60 })
    const taken = alert({ acknowledged_at: '2026-05-01T02:20:00Z', acknowledged_by: { id: 3, name: '何晓棠' } })
    for (const merged of [mergeAlert(mergeAlert(undefined, raised), taken), mergeAlert(mergeAlert(undefined, taken), raised)]) {
      expect([merged.posts, merged.acknowledged_by?.name]).toEqual([60, '何晓棠'])
    }
  })

  it('come open ones first, then the newest', () => {
    const rows = ordered([alert({ id: 1, acknowledged_at: '2026-05-01T03:00:00Z', raised_at: '2026-05-01T03:00:00Z' }), alert({ id: 2 }), alert({ id: 3, raised_at: '2026-05-01T02:50:00Z' })])
    expect(rows.map((row) => row.id)).toEqual([3, 2, 1])
  })

  it('are compared with what is usual only where that means something', () => {
    expect([times(alert({})), times(alert({ baseline: 0.4 }))]).toEqual([4.1, null])
  })

  it('reach the screens from the live connection', () => {
    const state = emptyEntities()
    expect(applyEvent(state, event(1, 'alert.raised', { alert: alert({ id: 7 }) })).alert?.id).toBe(7)
    expect(applyEvent(state, event(2, 'alert.acknowledged', { alert: alert({ id: 7 }) })).alert?.id).toBe(7)
    expect(applyEvent(state, event(3, 'topic.updated', { topic: { id: 5 } })).topic?.id).toBe(5)
  })
})

describe('topics', () => {
  const topic = { id: 1, version: 3, item_count: 8, negative_count: 6 } as TopicView

  it('never fall back to an older version', () => {
    expect(mergeTopic(topic, { ...topic, version: 2 }).version).toBe(3)
    expect(mergeTopic(topic, { ...topic, version: 4 }).version).toBe(4)
  })

  it('count shares of nothing as nothing', () => {
    expect([negativeShare(topic), negativeShare({ item_count: 0, negative_count: 0 })]).toEqual([0.75, 0])
  })

  it('are drawn negative and other apart, with gaps where the usual is unknown', () => {
    const items = [
      { hour: 'a', posts: 5, negative: 2, baseline: 1.5 },
      { hour: 'b', posts: 1, negative: 1, baseline: null },
    ]
    expect(seriesOf(items)).toEqual({ hours: ['a', 'b'], negative: [2, 1], other: [3, 0], baseline: [1.5, null] })
    expect(totals(items)).toEqual({ posts: 6, negative: 3 })
  })
})
