import { describe, expect, it } from 'vitest'

import { belongsToView, compare, matches, settle, type ListQuery } from '@/features/workbench/listModel'
import { request } from '../support'

const me = { id: 3, teamIds: [1] }
const query: ListQuery = { view: 'mine', accountId: null, lane: null, unread: false, text: '', sort: 'urgent' }

describe('views', () => {
  it.each([
    ['mine', { status: 'open' }, true],
    ['mine', { status: 'on_hold' }, true],
    ['mine', { status: 'pending' }, false],
    ['mine', { assignee: { id: 9, name: '别人' } }, false],
    ['waiting', { status: 'pending' }, true],
    ['waiting', { status: 'open' }, false],
    ['unassigned', { assignee: null, status: 'new' }, true],
    ['unassigned', { assignee: null, status: 'resolved' }, false],
    ['team', { assignee: null }, true],
    ['team', { team: { id: 2, name: '别组' } }, false],
    ['team', { team: null }, false],
    ['all', { status: 'pending', assignee: null }, true],
    ['all', { status: 'closed' }, false],
    ['resolved', { status: 'resolved' }, true],
  ] as const)('%s holds %j: %s', (view, over, belongs) => {
    expect(belongsToView(request({ id: 1, ...over }), view, me)).toBe(belongs)
  })

  it('are narrowed by account, lane and unread together', () => {
    const one = request({ id: 1, lane: 'private', unread_count: 0 })
    expect(matches(one, { ...query, lane: 'private', accountId: 1 }, me)).toBe(true)
    expect(matches(one, { ...query, lane: 'public' }, me)).toBe(false)
    expect(matches(one, { ...query, accountId: 2 }, me)).toBe(false)
    expect(matches(one, { ...query, unread: true }, me)).toBe(false)
  })
})

describe('the most urgent', () => {
  it('is what is due first, by service time or by reply window', () => {
    const due = request({ id: 1, due_at: '2026-05-01T03:00:00Z' })
    const window = request({ id: 2, due_at: '2026-05-01T09:00:00Z', window: { until: '2026-05-01T02:30:00Z', remaining: 2, reason: null } })
    const calm = request({ id: 3, due_at: null, window: { until: '2026-05-01T02:10:00Z', remaining: 2, reason: null } })
    expect([calm, due, window].sort((a, b) => compare(a, b, 'urgent')).map((one) => one.id)).toEqual([2, 1, 3])
  })

  it('is told apart by priority, then by age', () => {
    const rows = [request({ id: 3, priority: 2 }), request({ id: 2, priority: 1 }), request({ id: 1, priority: 2 })]
    expect(rows.sort((a, b) => compare(a, b, 'urgent')).map((one) => one.id)).toEqual([2, 1, 3])
  })
})

describe('a list under the pointer', () => {
  it('does not move: newcomers wait and leavers keep their place', () => {
    expect(settle({ shown: [1, 2, 3], waiting: [] }, [9, 1, 3], true)).toEqual({ shown: [1, 2, 3], waiting: [9] })
  })

  it('comes up to date once the pointer is gone', () => {
    expect(settle({ shown: [1, 2, 3], waiting: [9] }, [9, 1, 3], false)).toEqual({ shown: [9, 1, 3], waiting: [] })
  })
})
