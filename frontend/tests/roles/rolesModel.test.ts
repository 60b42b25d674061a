import { describe, expect, it } from 'vitest'

import type { Role } from '@/features/roles/api'
import { csvOf, shareOf } from '@/features/roles/proofModel'
import { changesIn, commandOf, copyOf, draftOf, rebased, toggled } from '@/features/roles/rolesModel'

const role: Role = {
  id: 7,
  key: null,
  name: '质检员',
  agency: null,
  rights: ['session:use', 'notes:write'],
  account_reach: 'team',
  request_reach: 'own',
  masked: ['contact.phone'],
  capacity: 3,
  people_count: 0,
  people: [],
  may_give: true,
  may_change: true,
  version: 4,
}

describe('a role that is edited', () => {
  it('differs by what was added, taken away and set, and not by order', () => {
    expect(changesIn(role, undefined)).toEqual([])
    expect(changesIn(role, { ...draftOf(role), rights: ['notes:write', 'session:use'] })).toEqual([])
    const draft = {
      ...draftOf(role),
      rights: ['session:use' as const, 'audit:read' as const],
      masked: [],
      capacity: 0,
    }
    expect(changesIn(role, draft)).toEqual(['audit:read', 'notes:write', 'contact.phone', 'capacity'])
  })

  it('stays on top of what a colleague saved meanwhile, and undoes none of it', () => {
    const mine = { ...draftOf(role), rights: toggled(role.rights, 'topics:read'), capacity: 5 }
    const theirs: Role = {
      ...role,
      rights: ['session:use', 'files:upload'],
      request_reach: 'team',
      version: 5,
    }
    const after = rebased(mine, theirs)
    expect(changesIn(theirs, after)).toEqual(['topics:read', 'capacity'])
    expect(commandOf(after)).toMatchObject({
      rights: ['session:use', 'files:upload', 'topics:read'],
      request_reach: 'team',
      capacity: 5,
      version: 5,
    })
    expect(rebased(after, theirs)).toBe(after)
  })

  it('leaves what is kept alone, and asks with the version that was seen', () => {
    const draft = draftOf(role)
    draft.rights = toggled(draft.rights, 'notes:write')
    expect(role.rights).toContain('notes:write')
    expect(toggled(draft.rights, 'notes:write')).toEqual(['session:use', 'notes:write'])
    expect(commandOf(draft)).toEqual({
      name: null,
      rights: ['session:use'],
      account_reach: 'team',
      request_reach: 'own',
      masked: ['contact.phone'],
      capacity: 3,
      version: 4,
    })
  })

  it('is copied with all that it allows, under another name', () => {
    expect(copyOf(role, '复核员', 2)).toEqual({
      name: '复核员',
      agency_id: 2,
      rights: ['session:use', 'notes:write'],
      account_reach: 'team',
      request_reach: 'own',
      masked: ['contact.phone'],
      capacity: 3,
    })
  })
})

describe('what leaves the house', () => {
  it('is no formula, and one cell stays one cell', () => {
    expect(
      csvOf([
        ['人员', '=1+1'],
        ['a,b', ' @x'],
        ['说"好"', 3],
        ['-', '甲'],
      ]),
    ).toBe('\ufeff人员,\'=1+1\r\n"a,b",\' @x\r\n"说""好""",3\r\n\'-,甲\r\n')
  })

  it('is a share of something, also of nothing', () => {
    expect([shareOf(1, 4), shareOf(0, 0)]).toEqual([0.25, 0])
  })
})
