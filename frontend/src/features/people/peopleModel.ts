/** Which people are shown and in what order. */

import type { Person } from './api'

export interface Group {
  agency: string
  people: Person[]
}

/** By agency, in the order the server names them; who may not log in comes last. */
export function grouped(people: readonly Person[], words: string): Group[] {
  const wanted = words.trim().toLowerCase()
  const groups = new Map<number, Group>()
  for (const person of people) {
    if (wanted !== '' && !textOf(person).includes(wanted)) continue
    const group = groups.get(person.agency.id) ?? { agency: person.agency.name, people: [] }
    group.people.push(person)
    groups.set(person.agency.id, group)
  }
  for (const group of groups.values())
    group.people.sort((a, b) => Number(b.is_active) - Number(a.is_active) || a.id - b.id)
  return [...groups.values()]
}

function textOf(person: Person): string {
  return [person.name, person.login_name, ...person.teams.map((team) => team.name)].join(' ').toLowerCase()
}
