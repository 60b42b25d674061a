import { describe, expect, it } from 'vitest'

import type { Agency, Role } from '@/features/people/api'
import { listed, rolesIn } from '@/features/people/peopleModel'
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

  it('stands by agency, those who are shut out last, found by team too', () => {
    const away = { id: 2, name: '乙', kind: 'third_party' as const }
    const people = [
      person(1, { is_active: false }),
      person(2, { teams: [{ id: 5, name: '夜班' }] }),
      person(3, { agency: away }),
    ]
    expect(listed(people, '').map(({ id }) => id)).toEqual([2, 1, 3])
    expect(listed(people, ' 夜班 ').map(({ id }) => id)).toEqual([2])
  })

  it('is found in either width and case', () => {
    const people = [person(1, { name: 'Chen Ａ组' }), person(2)]
    for (const typed of ['ＣＨＥＮ', 'chen a', '　Chen'])
      expect(listed(people, typed).map(({ id }) => id)).toEqual([1])
  })
})
