import { describe, expect, it } from 'vitest'

import type { Agency, Role } from '@/features/people/api'
import { groupOf, listed, rolesIn } from '@/features/people/peopleModel'
import { person } from './people'

const agency = (kind: Agency['kind']): Agency => ({ id: 1, name: '甲', kind, teams: [], people: [] })

function role(id: number, over: Partial<Role> = {}): Role {
  return {
    id,
    key: null,
    name: `角色${id}`,
    agency: null,
    rights: ['session:use'],
    account_reach: 'team',
    request_reach: 'own',
    masked: [],
    capacity: 0,
    people_count: 0,
    people: [],
    may_give: true,
    may_change: true,
    version: 1,
    ...over,
  }
}

describe('who works here', () => {
  it("offers an agency's people its own and shared roles, and none that sees every account", () => {
    const roles = [
      role(1),
      role(2, { account_reach: 'all' }),
      role(3, { agency: { id: 1, name: '甲', kind: 'third_party' } }),
      role(4, { agency: { id: 2, name: '乙', kind: 'in_house' } }),
    ]
    const offered = (of: Agency | undefined) => rolesIn(roles, of).map((one) => one.id)
    expect(offered(agency('in_house'))).toEqual([1, 2, 3])
    expect(offered(agency('third_party'))).toEqual([1, 3])
    expect(offered(undefined)).toEqual([1, 2])
  })

  it('stands by agency or by unit within it, those who are shut out last', () => {
    const away = { id: 2, name: '乙', kind: 'third_party' as const }
    const people = [
      person(1, { is_active: false }),
      person(2, { unit_id: 9, unit_name: '夜班' }),
      person(3, { agency: away }),
      person(4),
      person(5, { unit_id: 7, unit_name: '白班' }),
    ]
    expect(listed(people, 'agency').map(({ id }) => id)).toEqual([2, 4, 5, 1, 3])
    expect(listed(people, 'unit').map(({ id }) => id)).toEqual([4, 1, 5, 2, 3])
    expect(people.map((one) => groupOf(one, 'unit'))).toEqual(['1', '1/9', '2', '1', '1/7'])
    expect(people.map((one) => groupOf(one, 'agency'))).toEqual(['1', '1', '2', '1', '1'])
  })
})
