/** What stands in the rows of the people page. */

import { h, type VNodeChild } from 'vue'

import AvatarMark from '@/ui/AvatarMark.vue'
import { twoLines } from '@/ui/kit/cells'
import type { Column, Words } from '@/ui/kit/columns'
import PresenceDot from '@/ui/PresenceDot.vue'
import { clockTime, stopwatch } from '@/ui/format'
import { lasting } from '@/ui/presenceTime'
import type { Person } from './api'
import { shareOf } from './peopleModel'

/** What somebody does, for how long or for how much longer, and why. */
function presenceCell(person: Person, { t, now }: Words): VNodeChild {
  const { presence } = person
  const time =
    presence === 'online' || presence === 'offline'
      ? null
      : lasting(now, person.presence_since, person.presence_until)
  return twoLines(
    h('span', { class: 'row' }, [
      h(PresenceDot, { presence }),
      t(`presence.${presence}`),
      time &&
        h(
          'span',
          { class: ['num', time.isOver ? 'c-neg' : 't3'], 'data-testid': 'presence-time' },
          time.isOver ? t('presence.over', { time: time.text }) : time.text,
        ),
    ]),
    [person.presence_reason, shiftText(person, { t, now })].filter(Boolean).join(' · '),
  )
}

/** Until when they are on shift; of who still works after its end, for how long already. */
function shiftText(person: Person, { t, now }: Pick<Words, 't' | 'now'>): string {
  if (!person.shift_ends_at) return ''
  const over = now - Date.parse(person.shift_ends_at)
  if (over < 0) return t('people.shiftUntil', { time: clockTime(person.shift_ends_at) })
  return person.presence === 'offline' ? '' : t('people.shiftOver', { time: stopwatch(over) })
}

/** `roleNames` speaks the roles that the program brings in the reader's language. */
export function peopleColumns(roleNames: (roles: Person['roles']) => string): Column<Person>[] {
  return [
    {
      key: 'name',
      label: 'people.name',
      isName: true,
      width: '20%',
      sort: ({ name }) => name,
      cell: ({ id, name, login_name }) =>
        h('span', { class: 'row' }, [
          h(AvatarMark, { name, seed: id, size: 28 }),
          twoLines(h('b', name), login_name),
        ]),
    },
    {
      key: 'roles',
      label: 'people.role',
      look: 'text',
      sort: ({ roles }) => roleNames(roles),
      cell: ({ roles }) => roleNames(roles),
    },
    {
      key: 'teams',
      label: 'people.teams',
      look: 'text',
      cell: ({ teams }, { t }) =>
        teams.map((team) => team.name).join(t('common.listSeparator')) || t('people.noTeam'),
    },
    {
      key: 'unit',
      label: 'people.unit',
      look: 'text',
      sort: ({ unit_name }) => unit_name ?? '',
      cell: ({ unit_name }, { t }) => unit_name ?? h('span', { class: 't3' }, t('people.noUnit')),
    },
    {
      key: 'presence',
      label: 'people.presence',
      width: '152px',
      sort: ({ is_active, presence }) => (is_active ? presence : 'z'),
      cell: (person, words) =>
        person.is_active
          ? presenceCell(person, words)
          : h('span', { class: 'tag' }, words.t('people.disabled')),
    },
    { key: 'load', label: 'people.load', width: '216px', sort: (person) => shareOf(person) },
    { key: 'acts', label: 'people.login', width: '184px', stays: true },
  ]
}
