/** Monitors, filter trials, special lists. */

import { call } from '@/api/http'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type MonitorView = Schemas['MonitorView']
export type MonitorRule = Schemas['MonitorRule']
export type MonitorBody = Schemas['MonitorCommand']
export type Preview = Schemas['app__listener__monitor_schemas__PreviewView']
export type TrialView = Schemas['TrialView']
export type Figures = Schemas['MonitorFigures']
export type Backfill = Schemas['BackfillView']
export type MonitorFilter = Schemas['MonitorFilterView']
export type Step = Schemas['StepView']
export type AccountFilter = Schemas['AccountFilterView']
export type ListEntry = Schemas['ListEntryView']
export type ListEntryBody = Schemas['ListEntryCommand']

export interface TrialStep {
  name: string
  enabled: boolean
  threshold: number | null
  review_from: number | null
}

export const SPANS = [7, 30, 90] as const
export type Span = (typeof SPANS)[number]

export const monitorsApi = {
  list: () => call<{ items: MonitorView[] }>('GET', '/monitors'),
  get: (id: number) => call<MonitorView>('GET', `/monitors/${id}`),
  create: (body: MonitorBody) => call<MonitorView>('POST', '/monitors', { body }),
  edit: (id: number, body: MonitorBody, version: number) => call<MonitorView>('PUT', `/monitors/${id}`, { body: { ...body, version } }),
  setActive: (id: number, is_active: boolean, version: number) => call<MonitorView>('PUT', `/monitors/${id}/state`, { body: { is_active, version } }),
  remove: (id: number) => call<undefined>('DELETE', `/monitors/${id}`),
  preview: (body: Pick<MonitorBody, 'rule' | 'account_ids' | 'kinds' | 'schedule'> & { monitor_id: number | null; days: Span }, signal: AbortSignal) => call<Preview>('POST', '/monitors/preview', { body, signal }),
  figures: (id: number, days: Span) => call<Figures>('GET', `/monitors/${id}/figures`, { query: { days } }),
  backfills: (id: number) => call<{ items: Backfill[] }>('GET', `/monitors/${id}/backfills`),
  startBackfill: (id: number, days: Span) => call<Backfill>('POST', `/monitors/${id}/backfills`, { body: { days } }),
}

export const filtersApi = {
  ofAccount: (id: number) => call<AccountFilter>('GET', `/accounts/${id}/filter`),
  ofMonitor: (id: number) => call<MonitorFilter>('GET', `/monitors/${id}/filter`),
  setForAccount: (id: number, steps: TrialStep[], version: number | null) => call<AccountFilter>('PUT', `/accounts/${id}/filter`, { body: { filters: { steps }, version } }),
  trial: (subject: { account_id: number } | { monitor_id: number }, steps: TrialStep[], days: Span) => call<TrialView>('POST', '/filter-trials', { body: { ...subject, filters: { steps }, days } }),
}

export const listsApi = {
  list: (list: string, q: string) => call<{ items: ListEntry[] }>('GET', '/special-list-entries', { query: { list, q } }),
  add: (body: ListEntryBody) => call<ListEntry>('POST', '/special-list-entries', { body }),
  remove: (id: number) => call<undefined>('DELETE', `/special-list-entries/${id}`),
}
