/**
 * A list page out of its declaration alone: columns, how it is read, what its conditions are about. One file of a feature exports
 * the result as its page; the route names that file.
 */

import { defineComponent, h, type Component } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter, type RouteLocationRaw } from 'vue-router'

import type { Format, LongWork } from '@/features/longwork/api'
import type { Change } from '@/realtime/reducer'
import type { Column } from './columns'
import ListPage from './ListPage.vue'
import type { Page } from './pages'
import { useListQuery, type ListQuery } from './useListQuery'
import { usePages } from './usePages'
import type { Key } from './useSelection'

export interface ListSpec<Row> {
  /** What a person's choice of columns is remembered by. */
  name: string
  /** Keys of its texts: the head, what did not load, an empty list and what to do about it. */
  texts: { title: string; what: string; emptyTitle: string; emptyText: string }
  section?: string
  columns: readonly Column<Row>[]
  keyOf: (row: Row) => Key
  read: (query: ListQuery, cursor: string | null, signal: AbortSignal) => Promise<Page<Row>>
  /** The subject of conditions and kept views. */
  subject?: string
  startExport?: (query: ListQuery, columns: string[], format: Format, key: string) => Promise<LongWork>
  /** Whether an event may have changed it. */
  concerns?: (change: Change) => boolean
  pauseMs?: number
  /** Where Enter on a row leads. */
  open?: (row: Row) => RouteLocationRaw
}

export function listPage<Row>(spec: ListSpec<Row>): Component {
  const { name, texts, columns, keyOf, subject, startExport, concerns, pauseMs, open } = spec
  return defineComponent({
    name: `ListPage-${name}`,
    setup() {
      const { t } = useI18n()
      const router = useRouter()
      const { query, isNarrowed, change, clear } = useListQuery()
      const pages = usePages<Row>(
        { read: (cursor, signal) => spec.read(query.value, cursor, signal), keyOf },
        {
          of: () => query.value,
          ...(concerns ? { concerns } : {}),
          ...(pauseMs === undefined ? {} : { pauseMs }),
        },
      )
      return () =>
        h(ListPage<Row>, {
          list: name,
          title: t(texts.title),
          what: t(texts.what),
          empty: { title: t(texts.emptyTitle), text: t(texts.emptyText) },
          ...(spec.section === undefined ? {} : { section: spec.section }),
          columns,
          keyOf,
          pages,
          subject,
          query: query.value,
          isNarrowed: isNarrowed.value,
          startExport: startExport
            ? (chosen: string[], format: Format, key: string) => startExport(query.value, chosen, format, key)
            : undefined,
          open: open ? (row: Row) => void router.push(open(row)) : undefined,
          onChange: change,
          onClear: clear,
        })
    },
  })
}
