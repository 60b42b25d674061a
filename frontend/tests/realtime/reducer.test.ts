import { describe, expect, it } from 'vitest'

import type { EventView } from '@/api/contract'
import { applyEvent, emptyEntities, putRequest, type Entities } from '@/realtime/reducer'
import { event, message, request, shuffled } from '../support'

/** A day in short: three requests that open, change hands, are answered, withdrawn and shown again. */
const DAY: EventView[] = [
  event(1, 'service_request.opened', { service_request: request({ id: 1, version: 1, assignee: null }) }),
  event(2, 'message.received', { message: message({ id: 10 }), service_request: request({ id: 1, version: 2 }) }),
  event(3, 'service_request.assigned', { service_request: request({ id: 1, version: 3 }) }),
  event(4, 'service_request.opened', { service_request: request({ id: 2, version: 1 }) }),
  event(5, 'reply.queued', { message: message({ id: 11, state: 'queued', version: 1 }), service_request: null }),
  event(6, 'service_request.withdrawn', { id: 2 }),
  event(7, 'reply.sending', { message: message({ id: 11, state: 'sending', version: 2 }), service_request: null }),
  event(8, 'service_request.opened', { service_request: request({ id: 3, version: 1 }) }),
  event(9, 'reply.sent', { message: message({ id: 11, state: 'sent', version: 3 }), service_request: request({ id: 1, version: 4 }) }),
  event(10, 'service_request.withdrawn', { id: 3 }),
  event(11, 'service_request.assigned', { service_request: request({ id: 3, version: 5 }) }),
  event(12, 'operator.presence_changed', { operator_id: 3, presence: 'busy' }),
  event(13, 'operator.presence_changed', { operator_id: 3, presence: 'away' }),
  event(14, 'service_request.status_changed', { service_request: request({ id: 1, version: 5, status: 'resolved' }) }),
]

function replay(events: EventView[]): Entities {
  const state = emptyEntities()
  for (const one of events) applyEvent(state, one)
  return state
}

function seen(state: Entities) {
  return { requests: state.requests, messages: state.messages, presence: state.presence }
}

describe('live events', () => {
  it('lead to the newest version of everything', () => {
    const state = replay(DAY)
    expect(state.requests[1]).toMatchObject({ version: 5, status: 'resolved' })
    expect(state.requests[2]).toBeUndefined()
    expect(state.requests[3]).toMatchObject({ version: 5 })
    expect(state.messages[11]).toMatchObject({ state: 'sent' })
    expect(state.presence[3]).toBe('away')
  })

  it.each(Array.from({ length: 60 }, (_, seed) => seed + 1))('give the same state in any order (shuffle %i)', (seed) => {
    expect(seen(replay(shuffled(DAY, seed)))).toEqual(seen(replay(DAY)))
  })

  it.each([3, 17, 29])('give the same state when some come twice (shuffle %i)', (seed) => {
    const twice = shuffled([...DAY, ...DAY.slice(2, 9), ...DAY.slice(5, 12)], seed)
    expect(seen(replay(twice))).toEqual(seen(replay(DAY)))
  })

  it('after a cut at any place equal a fresh load plus what follows', () => {
    for (let cut = 0; cut <= DAY.length; cut += 1) {
      const before = replay(DAY.slice(0, cut))
      const loaded = emptyEntities()
      for (const one of Object.values(before.requests)) putRequest(loaded, one)
      Object.assign(loaded.messages, before.messages)
      Object.assign(loaded.presence, before.presence)
      for (const one of DAY.slice(cut)) applyEvent(loaded, one)
      expect(seen(loaded)).toEqual(seen(replay(DAY)))
    }
  })

  it('tell screens which monitor, model or stream has news', () => {
    const state = emptyEntities()
    expect(applyEvent(state, event(1, 'monitor.updated', { monitor_id: 4, is_active: false, is_deleted: false, version: 7 }))).toEqual({ monitor: { id: 4, version: 7 } })
    expect(applyEvent(state, event(2, 'model.promoted', { name: 'm1', figures: {} }))).toEqual({ model: 'm1' })
    expect(applyEvent(state, event(3, 'inbound_item.judged', { account_id: 2, kept: 1, dropped: 0, needs_review: 0, newest_id: 9, monitor_ids: [] }))).toEqual({ judged: 2 })
  })

  it('do not let an old event undo what a read has brought', () => {
    const state = emptyEntities()
    putRequest(state, request({ id: 1, version: 9, status: 'resolved' }))
    applyEvent(state, event(3, 'service_request.updated', { service_request: request({ id: 1, version: 8 }) }))
    expect(state.requests[1]?.status).toBe('resolved')
  })

  it('leave unknown names alone', () => {
    const state = emptyEntities()
    expect(applyEvent(state, event(1, 'weather.changed', { sky: 'blue' }))).toEqual({})
    expect(state).toEqual(emptyEntities())
  })
})
