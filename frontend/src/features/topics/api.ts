/** Topics, alerts and hourly volumes. */

import { call } from '@/api/http'
import type { AccountRef, Page } from '@/api/contract'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type TopicView = Omit<Schemas['TopicView'], 'account'> & { account: AccountRef }
export type TopicDetail = Omit<Schemas['TopicDetailView'], 'account'> & { account: AccountRef }
export type AlertView = Omit<Schemas['AlertView'], 'account'> & { account: AccountRef }
export type AlertRule = Omit<Schemas['AlertRuleView'], 'account'> & { account: AccountRef }
export type Hour = Schemas['HourView']

export const topicsApi = {
  list: (hours: number) => call<Page<TopicView>>('GET', '/topics', { query: { hours, limit: 100 } }),
  get: (id: number) => call<TopicDetail>('GET', `/topics/${id}`),
  rename: (id: number, label: string, version: number) => call<TopicView>('PUT', `/topics/${id}`, { body: { label, version } }),
  alerts: () => call<Page<AlertView>>('GET', '/alerts', { query: { limit: 50 } }),
  acknowledge: (id: number) => call<AlertView>('PUT', `/alerts/${id}/acknowledgement`),
  rules: () => call<{ items: AlertRule[] }>('GET', '/alert-rules'),
  setRule: (rule: AlertRule) =>
    call<{ items: AlertRule[] }>('PUT', '/alert-rules', {
      body: { account_id: rule.account.id, kind: rule.kind, sensitivity: rule.sensitivity, cool_down_minutes: rule.cool_down_minutes, is_active: rule.is_active },
    }),
  volumes: (hours: number, accountId: number | null) => call<{ items: Hour[] }>('GET', '/volumes', { query: { hours, account_id: accountId } }),
}
