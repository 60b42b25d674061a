/** The replies behind a figure. */

import { h } from 'vue'

import { account, link, moment, NOTHING } from '@/ui/kit/cells'
import type { Column } from '@/ui/kit/columns'
import { listPage } from '@/ui/kit/listPage'
import LaneMark from '@/ui/LaneMark.vue'
import { figuresApi, type Reply } from './api'

const toRequest = (reply: Reply) => ({
  name: 'workbench',
  params: { view: 'all', id: String(reply.service_request_id) },
})

const columns: readonly Column<Reply>[] = [
  {
    key: 'finished_at',
    label: 'replies.ended',
    width: '128px',
    isName: true,
    cell: (reply, words) => moment(reply.finished_at ?? reply.written_at, words),
  },
  { key: 'account', label: 'replies.account', width: '200px', cell: (reply) => account(reply.account) },
  {
    key: 'text',
    label: 'replies.text',
    cell: (reply) =>
      h('span', { class: 'row' }, [
        h(LaneMark, { lane: reply.lane }),
        h('span', { class: 'el', title: reply.text }, reply.text),
      ]),
  },
  {
    key: 'state',
    label: 'replies.state',
    width: '132px',
    cell: ({ state, error }, { t }) => [
      h('span', { class: state === 'failed' ? 'c-neg' : '' }, t(`fate.${state}`)),
      ...(error?.detail ? [h('span', { class: 's12 t3' }, ` ${error.detail}`)] : []),
    ],
    title: ({ error }) => error?.detail ?? '',
  },
  {
    key: 'author',
    label: 'replies.author',
    width: '112px',
    cell: ({ author }) => author?.name ?? NOTHING,
  },
  {
    key: 'request',
    label: 'replies.request',
    width: '140px',
    cell: (reply) =>
      reply.service_request_id === null ? NOTHING : link(reply.request_number ?? NOTHING, toRequest(reply)),
  },
]

export default listPage<Reply>({
  name: 'replies',
  section: 'figures',
  texts: {
    title: 'replies.title',
    what: 'replies.what',
    emptyTitle: 'replies.noneTitle',
    emptyText: 'replies.noneText',
  },
  columns,
  keyOf: (reply) => reply.id,
  subject: 'reply',
  read: (query, cursor, signal) => figuresApi.replies(query, cursor, signal),
})
