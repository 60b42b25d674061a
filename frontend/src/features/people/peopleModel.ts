/** Which people are shown and in what order. */

import type { Agency, Person, Role } from './api'

/** What people stand together by: the agency, or the unit within it to which they belong. */
export const FOLDS = ['agency', 'unit'] as const
export type Fold = (typeof FOLDS)[number]

export function groupOf({ agency, unit_id }: Person, fold: Fold): string {
  return fold === 'agency' || unit_id === null ? String(agency.id) : `${agency.id}/${unit_id}`
}

/** By agency, in the order the server names them, and by unit where they are folded so; who may not log in comes last. */
export function listed(people: readonly Person[], fold: Fold): Person[] {
  const places = [...new Set(people.map(({ agency }) => agency.id))]
  const unit = (person: Person): number => (fold === 'unit' ? (person.unit_id ?? 0) : 0)
  return [...people].sort(
    (a, b) =>
      places.indexOf(a.agency.id) - places.indexOf(b.agency.id) ||
      unit(a) - unit(b) ||
      Number(b.is_active) - Number(a.is_active) ||
      a.id - b.id,
  )
}

export const MOST_CAPACITY = 100

/** How much of what they may have at once they have, by weight; above 1 what slept has come back. */
export function shareOf({ capacity, load }: Person): number {
  return capacity > 0 ? load / capacity : Number(load > 0)
}

/** The whole number that was typed; null for nothing, undefined for what is none or lies outside. */
export function numberIn(text: string, least: number, most: number): number | null | undefined {
  const bare = text.trim()
  if (bare === '') return null
  const value = Number(bare)
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined
}

/** What an agency's people can be; the server refuses the rest. */
export function rolesIn(roles: readonly Role[], agency: Agency | undefined): Role[] {
  return roles.filter(
    (role) =>
      (role.agency === null || role.agency.id === agency?.id) &&
      !(agency?.kind === 'third_party' && role.account_reach === 'all'),
  )
}
