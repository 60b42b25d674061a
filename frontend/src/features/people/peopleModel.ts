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

/** From those who answer to those who decide. */
const ROLES = ['operator', 'agency_operator', 'supervisor', 'manager', 'administrator'] as const
const SEE_EVERY_ACCOUNT: readonly Role[] = ['manager', 'administrator']

/** What an agency's people can be; the server refuses the rest. */
export function rolesIn(agency: Agency | undefined): readonly Role[] {
  return agency?.kind === 'third_party' ? ROLES.filter((role) => !SEE_EVERY_ACCOUNT.includes(role)) : ROLES
}

function textOf(person: Person): string {
  return folded([person.name, person.login_name, ...person.teams.map((team) => team.name)].join(' '))
}
