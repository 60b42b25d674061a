/** Monitors, filter trials, special lists. */

import { body, client, noBody } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'
import type { Format } from '@/features/longwork/api'
import type { Asked } from '@/ui/kit/useListQuery'

type Schemas = components['schemas']

export type MonitorView = Schemas['MonitorView']
export type MonitorRule = Schemas['MonitorRule']
export type MonitorBody = Schemas['MonitorCommand']
export type Preview = Schemas['RulePreviewView']
export type TrialView = Schemas['TrialView']
export type Figures = Schemas['MonitorFigures']
export type Backfill = Schemas['BackfillView']
export type MonitorFilter = Schemas['MonitorFilterView']
export type Step = Schemas['StepView']
export type AccountFilter = Schemas['AccountFilterView']
export type ListEntry = Schemas['ListEntryView']
export type ListEntryBody = Schemas['ListEntryCommand']
export type ListName = ListEntry['list']

export type TrialStep = Schemas['FilterSettings']['steps'][number]

export const SPANS = [7, 30, 90] as const
export type Span = (typeof SPANS)[number]

export const monitorsApi = {
  list: (query: Partial<Asked> = {}) => body(client.GET('/monitors', { params: { query } })),
  startExport: (query: Asked, columns: string[], format: Format, idempotency_key: string) =>
    body(client.POST('/monitors/exports', { body: { query, columns, format, idempotency_key } })),
  get: (id: number) => body(client.GET('/monitors/{monitor_id}', monitor(id))),
  create: (wanted: MonitorBody) => body(client.POST('/monitors', { body: wanted })),
  edit: (id: number, wanted: MonitorBody, version: number) =>
    body(client.PUT('/monitors/{monitor_id}', { ...monitor(id), body: { ...wanted, version } })),
  setActive: (id: number, is_active: boolean, version: number) =>
    body(client.PUT('/monitors/{monitor_id}/state', { ...monitor(id), body: { is_active, version } })),
  remove: (id: number) => noBody(client.DELETE('/monitors/{monitor_id}', monitor(id))),
  preview: (
    wanted: Pick<MonitorBody, 'rule' | 'account_ids' | 'kinds' | 'schedule'> & {
      monitor_id: number | null
      days: Span
    },
    signal: AbortSignal,
  ) => body(client.POST('/monitors/preview', { body: wanted, signal })),
  figures: (id: number, days: Span) =>
    body(
      client.GET('/monitors/{monitor_id}/figures', {
        params: { path: { monitor_id: id }, query: { days } },
      }),
    ),
  backfills: (id: number) => body(client.GET('/monitors/{monitor_id}/backfills', monitor(id))),
  startBackfill: (id: number, days: Span) =>
    body(client.POST('/monitors/{monitor_id}/backfills', { ...monitor(id), body: { days } })),
}

function monitor(id: number) {
  return at({ monitor_id: id })
}

export const filtersApi = {
  ofAccount: (id: number) => body(client.GET('/accounts/{account_id}/filter', at({ account_id: id }))),
  ofMonitor: (id: number) => body(client.GET('/monitors/{monitor_id}/filter', monitor(id))),
  setForAccount: (id: number, steps: TrialStep[], version: number | null) =>
    body(
      client.PUT('/accounts/{account_id}/filter', {
        ...at({ account_id: id }),
        body: { filters: { steps }, version },
      }),
    ),
  trial: (
    subject: { account_id: number | null; monitor_id: number | null },
    steps: TrialStep[],
    days: Span,
    idempotency_key: string,
  ) =>
    body(client.POST('/filter-trials', { body: { ...subject, filters: { steps }, days, idempotency_key } })),
  trialOf: (id: number) => body(client.GET('/filter-trials/{work_id}', at({ work_id: id }))),
}

export const listsApi = {
  list: (list: ListName, q: string, cursor: string | null, signal: AbortSignal) =>
    body(client.GET('/special-list-entries', { params: { query: { list, q, cursor } }, signal })),
  add: (entry: ListEntryBody) => body(client.POST('/special-list-entries', { body: entry })),
  remove: (id: number) => noBody(client.DELETE('/special-list-entries/{entry_id}', at({ entry_id: id }))),
}
