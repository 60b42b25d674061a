/** One's own notifications. */

import { body, client } from '@/api/client'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Notification = Schemas['NotificationView']
export type NotificationList = Schemas['NotificationList']
export type NotificationAdded = Schemas['NotificationAdded']
export type Settings = Schemas['NotificationSettingsView']
export type SetSettings = Schemas['SetNotifications']
export type Channel = NotificationAdded['channels'][number]

export const notificationsApi = {
  list: (query: { unread?: boolean; cursor?: string; limit?: number } = {}) =>
    body(
      client.GET('/notifications', {
        params: { query: { unread: false, limit: 30, ...query } },
      }),
    ),
  settings: () => body(client.GET('/notification-settings')),
  set: (wanted: SetSettings) => body(client.PUT('/notification-settings', { body: wanted })),
  trial: () => body(client.POST('/notifications/trial')),
  read: (ids: number[]) => body(client.POST('/notifications/read', { body: { ids, up_to: null } })),
  readUpTo: (id: number) => body(client.POST('/notifications/read', { body: { ids: [], up_to: id } })),
}
