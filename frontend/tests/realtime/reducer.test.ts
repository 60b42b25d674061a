import { describe, expect, it } from 'vitest'

import { EVENT_NAMES, KINDS, type ServerEvent } from '@/api/events'
import { applyEvent, emptyEntities, put, TABLES, type Entities } from '@/realtime/reducer'
import { event, message, request, shuffled } from '../support'

/** A day in short: three requests that open, change hands, are answered, withdrawn and shown again. */
const SINCE = { reason: '', since: '2026-05-01T02:00:00Z', until: null }
const DAY: ServerEvent[] = [
  event(1, 'service_request.opened', { service_request: request({ id: 1, version: 1, assignee: null }) }),
  event(2, 'message.received', {
    message: message({ id: 10 }),
    service_request: request({ id: 1, version: 2 }),
  }),
  event(3, 'service_request.assigned', { service_request: request({ id: 1, version: 3 }) }),
  event(4, 'service_request.opened', { service_request: request({ id: 2, version: 1 }) }),
  event(5, 'reply.state_changed', {
    message: message({ id: 11, state: 'queued', version: 1 }),
    service_request: null,
  }),
  event(6, 'service_request.withdrawn', { id: 2 }),
  event(7, 'reply.state_changed', {
    message: message({ id: 11, state: 'sending', version: 2 }),
    service_request: null,
  }),
  event(8, 'service_request.opened', { service_request: request({ id: 3, version: 1 }) }),
  event(9, 'reply.state_changed', {
    message: message({ id: 11, state: 'sent', version: 3 }),
    service_request: request({ id: 1, version: 4 }),
  }),
  event(10, 'service_request.withdrawn', { id: 3 }),
  event(11, 'service_request.assigned', { service_request: request({ id: 3, version: 5 }) }),
  event(12, 'operator.presence_changed', { operator_id: 3, presence: 'busy', ...SINCE }),
  event(13, 'operator.presence_changed', { operator_id: 3, presence: 'away', ...SINCE }),
  event(14, 'service_request.status_changed', {
    service_request: request({ id: 1, version: 5, status: 'resolved' }),
  }),
]

function replay(events: ServerEvent[]): Entities {
  const state = emptyEntities()
  for (const one of events) applyEvent(state, one)
  return state
}

function seen(state: Entities) {
  return { requests: state.service_request, messages: state.message, presence: state.presence }
}

describe('live events', () => {
  it('lead to the newest version of everything', () => {
    const state = replay(DAY)
    expect(state.service_request[1]).toMatchObject({ version: 5, status: 'resolved' })
    expect(state.service_request[2]).toBeUndefined()
    expect(state.service_request[3]).toMatchObject({ version: 5 })
    expect(state.message[11]).toMatchObject({ state: 'sent' })
    expect(state.presence[3]).toBe('away')
  })

  it.each(Array.from({ length: 60 }, (_, seed) => seed + 1))(
    'give the same state in any order (shuffle %i)',
    (seed) => {
      expect(seen(replay(shuffled(DAY, seed)))).toEqual(seen(replay(DAY)))
    },
  )

  it.each([3, 17, 29])('give the same state when some come twice (shuffle %i)', (seed) => {
    const twice = shuffled([...DAY, ...DAY.slice(2, 9), ...DAY.slice(5, 12)], seed)
    expect(seen(replay(twice))).toEqual(seen(replay(DAY)))
  })

  it('after a cut at any place equal a fresh load plus what follows', () => {
    for (let cut = 0; cut <= DAY.length; cut += 1) {
      const before = replay(DAY.slice(0, cut))
      const loaded = emptyEntities()
      for (const one of Object.values(before.service_request)) put(loaded, 'service_request', one)
      Object.assign(loaded.message, before.message)
      Object.assign(loaded.presence, before.presence)
      for (const one of DAY.slice(cut)) applyEvent(loaded, one)
      expect(seen(loaded)).toEqual(seen(replay(DAY)))
    }
  })

  it('withdraw any kind that has a table, and never what was shown later', () => {
    for (const kind of TABLES) {
      const state = emptyEntities()
      const view = { id: 1, version: 1 } as never
      put(state, kind, view)
      const change = applyEvent(state, event(5, `${kind}.withdrawn`, { id: 1 }))
      expect(change.withdrawn).toEqual({ kind, id: 1 })
      expect(state[kind]).toEqual({})
      applyEvent(state, { ...event(4, 'topic.updated', {} as never), payload: { [kind]: view } } as never)
      expect([kind, state[kind]]).toEqual([kind, {}])
      applyEvent(state, { ...event(6, 'topic.updated', {} as never), payload: { [kind]: view } } as never)
      expect([kind, state[kind]]).toEqual([kind, { 1: view }])
      expect(applyEvent(state, event(5, `${kind}.withdrawn`, { id: 1 })).withdrawn).toBeNull()
    }
  })

  it('tell who asks about their name, also those that no table holds', () => {
    const state = emptyEntities()
    const told = applyEvent(state, event(2, 'model.promoted', { name: 'm1', figures: {} }))
    expect(told.event?.name === 'model.promoted' && told.event.payload.name).toBe('m1')
    for (const kind of KINDS.filter((name) => !(TABLES as readonly string[]).includes(name)))
      expect(applyEvent(state, event(3, `${kind}.withdrawn`, { id: 1 })).withdrawn).toEqual({ kind, id: 1 })
  })

  it('do not let an old event undo what a read has brought', () => {
    const state = emptyEntities()
    put(state, 'service_request', request({ id: 1, version: 9, status: 'resolved' }))
    applyEvent(
      state,
      event(3, 'service_request.updated', { service_request: request({ id: 1, version: 8 }) }),
    )
    expect(state.service_request[1]?.status).toBe('resolved')
  })

  it('are all known by where their news goes', () => {
    // Whoever declares an event says here what the browser does with it: a table takes what it carries, or a screen is told.
    const TOLD = new Set([
      'automation_rule.added',
      'automation_rule.edited',
      'automation_rule.judged',
      'automation_rule.removed',
      'automation_rule.switched',
      'automation_rule.worked',
      'calendar.added',
      'calendar.edited',
      'calendar.removed',
      'contract.added',
      'contract.edited',
      'filter_sample.reviewed',
      'grant.added',
      'grant.begun',
      'grant.edited',
      'grant.ended',
      'holiday_year.imported',
      'holiday_year.removed',
      'inbound_item.judged',
      'inbound_item.labelled',
      'long_work.removed',
      'mailbox.changed',
      'model.promoted',
      'monitor.updated',
      'notification.added',
      'notification_box.adjusted',
      'notification_box.marked',
      'operator.capacity_changed',
      'operator.changed',
      'operator.created',
      'operator.disabled',
      'operator.enabled',
      'operator.placed',
      'operator.presence_changed',
      'operator.skilled',
      'operator.view_ended',
      'operator.view_started',
      'role.changed',
      'role.created',
      'role.deleted',
      'routing_queue.added',
      'routing_queue.edited',
      'routing_queue.moved',
      'routing_queue.removed',
      'routing_rule.added',
      'routing_rule.edited',
      'routing_rule.moved',
      'routing_rule.removed',
      'routing_rule.switched',
      'routing_settings.changed',
      'saved_view.added',
      'saved_view.edited',
      'saved_view.removed',
      'session.ended',
      'skill.added',
      'skill.edited',
      'skill.removed',
      'shift_plan.changed',
      'shift_swap.changed',
      'special_list.added',
      'special_list.edited',
      'special_list.removed',
      'team.created',
      'team.renamed',
      'unit.dissolved',
      'unit.created',
      'unit.moved',
      'unit.renamed',
      'service_policy.added',
      'service_policy.edited',
      'service_policy.moved',
      'service_policy.removed',
      'service_policy.switched',
      'service_request.missed',
      'service_request.warned',
      'whisper.added',
    ])
    const taken = EVENT_NAMES.filter((name) => !TOLD.has(name))
    expect(EVENT_NAMES.length - taken.length).toBe(TOLD.size)
    expect(
      taken
        .map((name) => name.split('.')[0])
        .filter(
          (kind) =>
            kind !== 'reply' &&
            kind !== 'note' &&
            !(TABLES as readonly (string | undefined)[]).includes(kind),
        ),
    ).toEqual([])
  })
})
