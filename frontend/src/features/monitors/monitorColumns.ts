/** What stands in the rows of the monitors. */

import { h } from 'vue'

import { moment, NOTHING } from '@/ui/kit/cells'
import type { Column } from '@/ui/kit/columns'
import type { MonitorView } from './api'

const share = ({ week: { hits, kept } }: MonitorView): number => (hits > 0 ? kept / hits : 0)

/** `accountOf`: what an account is called. */
export function monitorColumns(accountOf: (id: number) => string): Column<MonitorView>[] {
  return [
    {
      key: 'name',
      label: 'monitor.name',
      isName: true,
      sort: ({ name }) => name,
      cell: ({ name, priority, is_active, is_competitor, week }, { t }) =>
        h('span', { class: 'kt-2' }, [
          h('span', { class: 'row' }, [
            h(
              'span',
              { class: `pri p${String(priority)}`, title: t(`monitor.level.${String(priority)}`) },
              `P${String(priority)}`,
            ),
            h('b', { class: 'el' }, name),
            ...(is_active ? [] : [h('span', { class: 'tag' }, t('monitor.paused'))]),
            ...(is_competitor ? [h('span', { class: 'tag tag-line' }, t('monitor.competitorTag'))] : []),
          ]),
          h('span', { class: 's12 t3 el' }, t('monitor.weekly', { hits: week.hits, kept: week.kept })),
        ]),
    },
    {
      key: 'sources',
      label: 'monitor.sources',
      look: 'quiet',
      cell: ({ account_ids }, { t }) =>
        account_ids.length === 0
          ? t('monitor.allAccounts')
          : account_ids.map(accountOf).join(t('common.listSeparator')),
    },
    {
      key: 'today',
      label: 'monitor.today',
      width: '112px',
      look: 'num',
      sort: ({ today }) => today.hits,
      cell: ({ today }) => today.hits,
    },
    {
      key: 'share',
      label: 'monitor.keptOfHits',
      width: '120px',
      look: 'num',
      sort: share,
      cell: (row) => (row.week.hits > 0 ? `${(share(row) * 100).toFixed(0)}%` : NOTHING),
    },
    {
      key: 'team',
      label: 'people.teams',
      width: '120px',
      isExtra: true,
      cell: ({ team }) => team?.name ?? NOTHING,
    },
    {
      key: 'updated',
      label: 'monitor.changed',
      width: '128px',
      look: 'quiet',
      isMinor: true,
      sort: ({ updated_at }) => Date.parse(updated_at),
      cell: ({ updated_at }, words) => moment(updated_at, words),
    },
  ]
}
