/** Somebody of the people page, for tests. */

import type { Person } from '@/features/people/api'

export function person(id: number, over: Partial<Person> = {}): Person {
  return {
    id,
    name: `人${id}`,
    login_name: `p${id}`,
    roles: [{ id: 1, key: 'operator', name: '' }],
    agency: { id: 1, name: '甲', kind: 'in_house' },
    teams: [],
    unit_id: null,
    unit_name: null,
    presence: 'offline',
    presence_since: '2026-11-29T00:00:00Z',
    presence_reason: '',
    presence_until: null,
    shift_ends_at: null,
    open_requests: 0,
    load: 0,
    capacity: 8,
    lanes: { private: null, public: null },
    is_active: true,
    serves: true,
    edition: 'e',
    ...over,
  }
}
