/** What stands in the rows of a special list. */

import { h } from 'vue'

import { messageTime } from '@/ui/format'
import { moment, NOTHING } from '@/ui/kit/cells'
import type { Column } from '@/ui/kit/columns'
import PlatformMark from '@/ui/PlatformMark.vue'
import type { ListEntry } from './api'

export const listColumns: readonly Column<ListEntry>[] = [
  {
    key: 'author',
    label: 'special.name',
    isName: true,
    width: '22%',
    cell: ({ author_name, platform }, { t }) =>
      h('span', { class: 'row' }, [
        h(PlatformMark, { platform }),
        h('span', { class: 'el', title: author_name }, author_name || t('contact.unnamed')),
      ]),
  },
  {
    key: 'external_id',
    label: 'accounts.externalId',
    width: '20%',
    look: 'mono',
    cell: ({ author_external_id, server }) => [
      author_external_id,
      ...(server ? [h('span', { class: 't3 s12' }, ` ${server}`)] : []),
    ],
  },
  { key: 'note', label: 'special.note', look: 'text', cell: ({ note }) => note || NOTHING },
  {
    key: 'until',
    label: 'special.ends',
    width: '120px',
    look: 'quiet',
    cell: ({ expires_at, is_expired }, { t, now, locale }) => {
      if (!expires_at) return t('special.always')
      return is_expired
        ? t('special.expired')
        : t('special.until', { time: messageTime(expires_at, now, locale) })
    },
  },
  {
    key: 'by',
    label: 'special.by',
    width: '96px',
    look: 'quiet',
    cell: ({ created_by }) => created_by ?? NOTHING,
  },
  {
    key: 'added',
    label: 'special.addedAt',
    width: '120px',
    look: 'quiet',
    cell: ({ created_at }, words) => moment(created_at, words),
  },
  {
    key: 'remove',
    label: 'special.remove',
    width: '88px',
    look: 'num',
    stays: true,
    right: 'monitors:manage',
  },
]
