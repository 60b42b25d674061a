/** Monitors, filter trials, special lists. */

import { call } from '@/api/http'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type MonitorView = Schemas['MonitorView']
export type MonitorRule = Schemas['MonitorRule']
export type MonitorBody = Schemas['MonitorCommand']
export type Preview = Schemas['app__listener__monitor_schemas__PreviewView']
export type TrialView = Schemas['TrialView']
export type AccountFilter = Schemas['AccountFilterView']
export type ListEntry = Schemas['ListEntryView']
export type ListEntryBody = Schemas['ListEntryCommand']

export interface TrialStep {
  name: string
  enabled: boolean
  threshold: number | null
  review_from: number | null
}

export const PREVIEW_DAYS = 7

export const monitorsApi = {
  list: () => call<{ items: MonitorView[] }>('GET', '/monitors'),
  create: (body: MonitorBody) => call<MonitorView>('POST', '/monitors', { body }),
  edit: (id: number, body: MonitorBody, version: number) => call<MonitorView>('PUT', `/monitors/${id}`, { body: { ...body, version } }),
  setActive: (id: number, is_active: boolean, version: number) => call<MonitorView>('PUT', `/monitors/${id}/state`, { body: { is_active, version } }),
  remove: (id: number) => call<undefined>('DELETE', `/monitors/${id}`),
  preview: (body: { rule: MonitorRule; account_ids: number[]; monitor_id: number | null }, signal: AbortSignal) => call<Preview>('POST', '/monitors/preview', { body: { ...body, days: PREVIEW_DAYS }, signal }),
}

export const filtersApi = {
  get: (accountId: number) => call<AccountFilter>('GET', `/accounts/${accountId}/filter`),
  set: (accountId: number, steps: TrialStep[], version: number | null) => call<AccountFilter>('PUT', `/accounts/${accountId}/filter`, { body: { filters: { steps }, version } }),
  trial: (accountId: number, steps: TrialStep[], days: number) => call<TrialView>('POST', '/filter-trials', { body: { account_id: accountId, filters: { steps }, days } }),
}

export const listsApi = {
  list: (list: string, q: string) => call<{ items: ListEntry[] }>('GET', '/special-list-entries', { query: { list, q } }),
  add: (body: ListEntryBody) => call<ListEntry>('POST', '/special-list-entries', { body }),
  remove: (id: number) => call<undefined>('DELETE', `/special-list-entries/${id}`),
}
