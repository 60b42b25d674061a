/** Which people are shown and in what order. */

import { folded } from '@/ui/folded'
import type { Agency, Person, Role } from './api'

/** By agency, in the order the server names them; who may not log in comes last. */
export function listed(people: readonly Person[], words: string): Person[] {
  const wanted = folded(words.trim())
  const places = [...new Set(people.map(({ agency }) => agency.id))]
  return people
    .filter((person) => wanted === '' || textOf(person).includes(wanted))
    .sort(
      (a, b) =>
        places.indexOf(a.agency.id) - places.indexOf(b.agency.id) ||
        Number(b.is_active) - Number(a.is_active) ||
        a.id - b.id,
    )
}

/** How much of what they may have at once they have. */
export function shareOf({ capacity, open_requests: open }: Person): number {
  return capacity > 0 ? open / capacity : Number(open > 0)
}

/** What an agency's people can be; the server refuses the rest. */
export function rolesIn(roles: readonly Role[], agency: Agency | undefined): Role[] {
  return roles.filter(
    (role) =>
      (role.agency === null || role.agency.id === agency?.id) &&
      !(agency?.kind === 'third_party' && role.account_reach === 'all'),
  )
}

function textOf(person: Person): string {
  return folded([person.name, person.login_name, ...person.teams.map((team) => team.name)].join(' '))
}
