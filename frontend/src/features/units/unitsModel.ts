/** What can stand where in the tree; the server refuses the rest and says why. */

import type { Unit, UnitKind } from './api'

/** None of these stands below one that comes later. */
const ORDER: readonly UnitKind[] = ['centre', 'department', 'team']
export const MADE: readonly UnitKind[] = ['centre', 'department', 'team', 'agency']

/** Whether a unit of this kind may stand below another. */
export function fitsBelow(kind: UnitKind, parent: Unit): boolean {
  if (parent.kind === 'team' || kind === 'enterprise') return false
  const [own, above] = [ORDER.indexOf(kind), ORDER.indexOf(parent.kind)]
  return own === -1 || above === -1 || own >= above
}

/** What can be made below a unit: agencies by those who reach everything. */
export function kindsBelow(parent: Unit, deepest: number, everything: boolean): UnitKind[] {
  if (parent.level >= deepest) return []
  return MADE.filter((kind) => fitsBelow(kind, parent) && (everything || kind !== 'agency'))
}

/** A unit and all below it. */
export function branchOf(unit: Unit, units: readonly Unit[]): Unit[] {
  const within = new Set([unit.id])
  // A unit stands before those below it, so once is enough.
  for (const one of units) if (one.parent_id !== null && within.has(one.parent_id)) within.add(one.id)
  return units.filter((one) => within.has(one.id))
}

/** Below which others it could be moved. */
export function parentsFor(unit: Unit, units: readonly Unit[], deepest: number): Unit[] {
  const branch = branchOf(unit, units)
  const within = new Set(branch.map(({ id }) => id))
  const height = 1 + Math.max(...branch.map(({ level }) => level)) - unit.level
  return units.filter(
    (one) =>
      !within.has(one.id) &&
      one.id !== unit.parent_id &&
      fitsBelow(unit.kind, one) &&
      (unit.kind === 'agency' || one.agency.id === unit.agency.id) &&
      one.level + height <= deepest,
  )
}

/** The names from the root down to a unit, itself left out. */
export function above(unit: Unit, units: readonly Unit[]): Unit[] {
  const byId = new Map(units.map((one) => [one.id, one]))
  const found: Unit[] = []
  let at = unit.parent_id === null ? undefined : byId.get(unit.parent_id)
  while (at) {
    found.unshift(at)
    at = at.parent_id === null ? undefined : byId.get(at.parent_id)
  }
  return found
}

/** In which units of their agency somebody could belong. */
export function placesIn(agency: number, units: readonly Unit[]): Unit[] {
  return units.filter((one) => one.agency.id === agency)
}
