/** One's own notifications. */

import { body, client } from '@/api/client'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Notification = Schemas['NotificationView']
export type NotificationList = Schemas['NotificationList']
export type NotificationAdded = Schemas['NotificationAdded']
export type Settings = Schemas['NotificationSettingsView']
export type SetSettings = Schemas['SetNotifications']
export type Mail = Schemas['MailView']
export type MailPace = Schemas['MailPace']
export type Channel = NotificationAdded['channels'][number]

export const mailApi = {
  get: () => body(client.GET('/mailbox')),
  setAddress: (address: string) => body(client.PUT('/mailbox/address', { body: { address } })),
  confirm: (code: string) => body(client.POST('/mailbox/confirmation', { body: { code } })),
  remove: () => body(client.DELETE('/mailbox/address')),
  trial: () => body(client.POST('/mailbox/trial')),
}

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
