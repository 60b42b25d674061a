/** Which people are shown and in what order. */

import { folded } from '@/ui/folded'
import type { Agency, Person, Role } from './api'

export interface Group {
  id: number
  agency: string
  people: Person[]
}

/** By agency, in the order the server names them; who may not log in comes last. */
export function grouped(people: readonly Person[], words: string): Group[] {
  const wanted = folded(words.trim())
  const groups = new Map<number, Group>()
  for (const person of people) {
    if (wanted !== '' && !textOf(person).includes(wanted)) continue
    const group = groups.get(person.agency.id) ?? {
      id: person.agency.id,
      agency: person.agency.name,
      people: [],
    }
    group.people.push(person)
    groups.set(person.agency.id, group)
  }
  for (const group of groups.values())
    group.people.sort((a, b) => Number(b.is_active) - Number(a.is_active) || a.id - b.id)
  return [...groups.values()]
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
