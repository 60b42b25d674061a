import { describe, expect, it } from 'vitest'

import type { Unit, UnitKind } from '@/features/units/api'
import { above, branchOf, fitsBelow, kindsBelow, parentsFor, placesIn } from '@/features/units/unitsModel'

function unit(id: number, parent: Unit | null, kind: UnitKind, agency = 1): Unit {
  return {
    id,
    parent_id: parent?.id ?? null,
    kind,
    name: `单位${id}`,
    level: parent ? parent.level + 1 : 0,
    agency: { id: agency, name: `机构${agency}`, kind: 'in_house' },
    team_id: null,
    people: [],
    members: [],
    people_below: 0,
    version: 1,
  }
}

const root = unit(1, null, 'enterprise')
const centre = unit(2, root, 'centre')
const department = unit(3, centre, 'department')
const inner = unit(4, department, 'department')
const team = unit(5, inner, 'team')
const agency = unit(6, root, 'agency', 2)
const units = [root, centre, department, inner, team, agency]
const ids = (found: readonly Unit[]): number[] => found.map(({ id }) => id)

describe('the tree of units', () => {
  it('has nothing below a team and no centre below a department', () => {
    expect(fitsBelow('team', team)).toBe(false)
    expect(fitsBelow('centre', department)).toBe(false)
    expect(fitsBelow('department', department)).toBe(true)
    expect(fitsBelow('agency', department)).toBe(true)
    expect(fitsBelow('enterprise', root)).toBe(false)
  })

  it('offers what can be made below a unit, agencies to those who reach everything', () => {
    expect(kindsBelow(root, 4, true)).toEqual(['centre', 'department', 'team', 'agency'])
    expect(kindsBelow(centre, 4, false)).toEqual(['centre', 'department', 'team'])
    expect(kindsBelow(inner, 3, true)).toEqual([])
    expect(kindsBelow(team, 9, true)).toEqual([])
  })

  it('offers no place below the unit itself, in another agency, or too deep', () => {
    expect(ids(branchOf(department, units))).toEqual([3, 4, 5])
    expect(ids(parentsFor(department, units, 4))).toEqual([1])
    expect(ids(parentsFor(team, units, 4))).toEqual([1, 2, 3])
    expect(ids(parentsFor(agency, units, 4))).toEqual([2, 3, 4])
    expect(ids(parentsFor(agency, units, 3))).toEqual([2, 3])
  })

  it('knows what stands above, and where somebody of an agency can belong', () => {
    expect(ids(above(team, units))).toEqual([1, 2, 3, 4])
    expect(above(root, units)).toEqual([])
    expect(ids(placesIn(2, units))).toEqual([6])
  })
})
