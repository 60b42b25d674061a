/** The bell: the newest notifications and how many are unread, read at the start and kept up to date by events. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'

import { useLongWork } from '@/features/longwork/store'
import type { Change } from '@/realtime/reducer'
import { notificationsApi, type Notification, type NotificationAdded } from './api'
import { tell } from './telling'

export type Opener = (path: string) => void
/** What a notification is about hangs on these as well: it goes with them. */
const GOES_WITH: Record<string, readonly string[]> = { service_request: ['service_request', 'message'] }

export const useNotifications = defineStore('notifications', () => {
  const phase = ref<'loading' | 'ready' | 'error'>('loading')
  const error = shallowRef<unknown>(null)
  const items = shallowRef<Notification[]>([])
  const unread = ref(0)
  const cursor = ref<string | null>(null)
  const open = ref(false)
  const onlyUnread = ref(false)
  let opener: Opener = () => undefined

  const shown = computed(() =>
    onlyUnread.value ? items.value.filter((item) => item.read_at === null) : items.value,
  )

  // Names change and things move meanwhile: whoever looks sees how it stands now.
  watch(open, (is) => {
    if (is && phase.value === 'ready') void load()
  })

  async function load(): Promise<unknown> {
    try {
      const list = await notificationsApi.list()
      items.value = list.items
      unread.value = list.unread
      cursor.value = list.next_cursor
      error.value = null
      phase.value = 'ready'
      return null
    } catch (failure) {
      // What is known stays; an empty panel is said only of what was read.
      error.value = failure
      if (phase.value === 'loading') phase.value = 'error'
      return failure
    }
  }

  async function more(): Promise<void> {
    if (cursor.value === null) return
    const list = await notificationsApi.list({ cursor: cursor.value })
    const known = new Set(items.value.map((item) => item.id))
    items.value = [...items.value, ...list.items.filter((item) => !known.has(item.id))]
    cursor.value = list.next_cursor
  }

  function onChanges(changes: Change[]): void {
    let gone = false
    for (const { event, withdrawn } of changes) {
      if (event?.name === 'notification.added') take(event.payload)
      if (event?.name === 'notification_box.marked') {
        const { ids, up_to, read_at, unread: left } = event.payload
        mark((item) => ids.includes(item.id) || (up_to !== null && item.id <= up_to), read_at)
        unread.value = left
      }
      if (withdrawn) {
        const kinds = GOES_WITH[withdrawn.kind] ?? [withdrawn.kind]
        gone ||= items.value.some(({ subject }) => kinds.includes(subject.kind))
      }
    }
    // What it was about has moved out of sight; the server knows which are left.
    if (gone) void load()
  }

  function take(added: NotificationAdded): void {
    const { notification, replaces, channels } = added
    if (channels.includes('bell') && !items.value.some(({ id }) => id === notification.id)) {
      items.value = [notification, ...items.value.filter(({ id }) => id !== replaces)]
      if (replaces === null) unread.value += 1
    }
    void tell({
      id: notification.id,
      title: notification.title,
      channels,
      opened: () => void follow(notification),
    })
  }

  function mark(which: (item: Notification) => boolean, at: string): void {
    items.value = items.value.map((item) =>
      item.read_at === null && which(item) ? { ...item, read_at: at } : item,
    )
  }

  /** Shown as read at once; the server has the last word on how many are left. */
  async function read(item: Notification): Promise<void> {
    if (item.read_at !== null) return
    unread.value = (await notificationsApi.read([item.id])).unread
    mark(({ id }) => id === item.id, new Date().toISOString())
  }

  async function readAll(): Promise<void> {
    const newest = items.value[0]
    if (!newest) return
    unread.value = (await notificationsApi.readUpTo(newest.id)).unread
    mark(({ id }) => id <= newest.id, new Date().toISOString())
  }

  /** Where a notification leads; what has been looked at is read. */
  async function follow(item: Notification): Promise<void> {
    open.value = false
    if (item.subject.kind === 'long_work') useLongWork().open = true
    else opener(item.path)
    await read(item)
  }

  function leadBy(lead: Opener): void {
    opener = lead
  }

  return {
    phase,
    error,
    items,
    shown,
    unread,
    cursor,
    open,
    onlyUnread,
    load,
    more,
    onChanges,
    read,
    readAll,
    follow,
    leadBy,
  }
})
