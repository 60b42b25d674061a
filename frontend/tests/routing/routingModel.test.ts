/** What the editors of queues and rules hold and send. */

import { describe, expect, it } from 'vitest'

import type { Queue } from '@/features/routing/api'
import {
  movedTo,
  overflowTargets,
  queueContent,
  queueDraft,
  weightOf,
  withLevel,
  withWeight,
} from '@/features/routing/routingModel'

const queue = (id: number, next: number | null = null): Queue => ({
  id,
  name: `队列${String(id)}`,
  team: null,
  strategy: 'least_loaded',
  settings: {},
  ring_minutes: null,
  overflow_queue_id: next,
  overflow_minutes: next === null ? null : 10,
  calendar_id: null,
  calendar: null,
  is_open: null,
  opens_at: null,
  nobody_text: null,
  waiting: 0,
  fault: null,
  version: 1,
})

describe('an overflow', () => {
  it('offers neither itself nor what leads back', () => {
    const queues = [queue(1, 2), queue(2, 3), queue(3), queue(4)]
    expect(overflowTargets(queues, 3).map(({ id }) => id)).toEqual([4])
    expect(overflowTargets(queues, 1).map(({ id }) => id)).toEqual([2, 3, 4])
    expect(overflowTargets(queues, null)).toHaveLength(4)
  })

  it('has no minutes without a queue', () => {
    const draft = { ...queueDraft(queue(1, 2)), overflow_queue_id: null }
    expect(queueContent(draft).overflow_minutes).toBeNull()
  })
})

describe('an order', () => {
  it('is left alone at its ends', () => {
    expect(movedTo(3, 0, -1)).toBeNull()
    expect(movedTo(3, 2, 1)).toBeNull()
    expect(movedTo(3, 1, 5)).toBe(2)
    expect(movedTo(3, 2, -2)).toBe(0)
  })
})

describe('levels and weights', () => {
  it('take a skill away at level 0 and keep the others', () => {
    const had = [
      { skill_id: 1, level: 2 },
      { skill_id: 2, level: 5 },
    ]
    expect(withLevel(had, 1, 0)).toEqual([{ skill_id: 2, level: 5 }])
    expect(withLevel(had, 1, 4)).toContainEqual({ skill_id: 1, level: 4 })
  })

  it('name nobody who counts one', () => {
    const heavy = withWeight({}, 7, 3)
    expect(weightOf(heavy, 7)).toBe(3)
    expect(weightOf(heavy, 8)).toBe(1)
    expect(withWeight(heavy, 7, 1)).toEqual({ weights: [] })
  })
})
