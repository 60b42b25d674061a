/** Topics, alerts and hourly volumes. */

import { body, client } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type TopicView = Schemas['TopicView']
export type TopicDetail = Schemas['TopicDetailView']
export type AlertView = Schemas['AlertView']
export type AlertRule = Schemas['AlertRuleView']
export type Hour = Schemas['HourView']

export const topicsApi = {
  list: (hours: number) => body(client.GET('/topics', { params: { query: { hours, limit: 100 } } })),
  get: (id: number) => body(client.GET('/topics/{topic_id}', at({ topic_id: id }))),
  rename: (id: number, label: string, version: number) =>
    body(client.PUT('/topics/{topic_id}', { ...at({ topic_id: id }), body: { label, version } })),
  alerts: () => body(client.GET('/alerts', { params: { query: { limit: 50 } } })),
  acknowledge: (id: number) => body(client.PUT('/alerts/{alert_id}/acknowledgement', at({ alert_id: id }))),
  rules: () => body(client.GET('/alert-rules')),
  setRule: (rule: AlertRule) =>
    body(
      client.PUT('/alert-rules', {
        body: {
          account_id: rule.account.id,
          kind: rule.kind,
          sensitivity: rule.sensitivity,
          cool_down_minutes: rule.cool_down_minutes,
          is_active: rule.is_active,
        },
      }),
    ),
  volumes: (hours: number, accountId: number | null) =>
    body(client.GET('/volumes', { params: { query: { hours, account_id: accountId } } })),
}
