/** The audit log as a list: its columns, how it is read, what its conditions are about. */

import { h } from 'vue'

import { body, client } from '@/api/client'
import type { components } from '@/api/types'
import { account, moment, NOTHING, person } from '@/ui/kit/cells'
import type { Column } from '@/ui/kit/columns'
import { listPage } from '@/ui/kit/listPage'
import type { ListQuery } from '@/ui/kit/useListQuery'
import { saidOf } from './auditDetail'

type Act = components['schemas']['AuditEntryView']

/** What the server is asked for; by time, the newest first unless somebody turns it round. */
const asked = ({ condition, savedId, order }: ListQuery) => ({
  condition: condition || null,
  saved_view_id: savedId,
  sort: order !== null && !order.down ? ('oldest' as const) : ('newest' as const),
})

const columns: readonly Column<Act>[] = [
  {
    key: 'at',
    label: 'audit.at',
    isName: true,
    width: '148px',
    sort: 'server',
    cell: ({ at }, words) => moment(at, words),
  },
  {
    key: 'operator',
    label: 'audit.who',
    width: '152px',
    cell: ({ operator, actor }) => (operator ? person(operator) : h('span', { class: 't3' }, actor)),
    title: ({ actor }) => actor,
  },
  {
    key: 'action',
    label: 'audit.act',
    width: '192px',
    cell: ({ action_text }) => action_text,
    title: ({ action }) => action,
  },
  {
    key: 'object_id',
    label: 'audit.about',
    width: '148px',
    cell: ({ object_text, object_id }) => (object_text ? `${object_text} ${object_id ?? ''}` : NOTHING),
  },
  { key: 'account', label: 'audit.account', width: '176px', cell: (act) => account(act.account) },
  {
    key: 'detail',
    label: 'audit.detail',
    look: 'quiet',
    cell: ({ detail }, words) => h('span', { class: 'el s12' }, saidOf(detail, words)),
    title: ({ detail }, words) => saidOf(detail, words),
  },
  {
    key: 'address',
    label: 'audit.address',
    width: '136px',
    look: 'mono',
    isExtra: true,
    cell: ({ address }) => address || NOTHING,
  },
  {
    key: 'number',
    label: 'audit.number',
    width: '88px',
    look: 'num',
    isExtra: true,
    cell: (act) => act.number,
  },
]

export default listPage<Act>({
  name: 'audit',
  texts: {
    title: 'audit.title',
    what: 'audit.what',
    emptyTitle: 'audit.emptyTitle',
    emptyText: 'audit.emptyText',
  },
  columns,
  keyOf: (act) => act.id,
  subject: 'audit_entry',
  read: (query, cursor, signal) =>
    body(client.GET('/audit-entries', { params: { query: { ...asked(query), cursor } }, signal })),
  startExport: (query, chosen, format, idempotency_key) =>
    body(
      client.POST('/audit-entries/exports', {
        body: {
          query: { ...asked(query), cursor: null, limit: 50 },
          columns: chosen,
          format,
          idempotency_key,
        },
      }),
    ),
})
