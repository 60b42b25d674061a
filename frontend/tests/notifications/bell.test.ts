/** The bell: it follows events, folds, marks, tells once among several tabs, and forgets what moved away. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import BellTray from '@/features/notifications/BellTray.vue'
import { notificationsApi, type Notification, type NotificationAdded } from '@/features/notifications/api'
import { useNotifications } from '@/features/notifications/store'
import { desktopState, sound, tell } from '@/features/notifications/telling'
import { useEntities } from '@/stores/entities'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { event } from '../support'

let shown: Mounted | null = null
afterEach(() => {
  shown?.end()
  shown = null
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})
beforeEach(() => localStorage.clear())

function notice(id: number, fields: Partial<Notification> = {}): Notification {
  return {
    id,
    kind: 'request_assigned',
    title: `请求 R${id} 分配给你：王女士`,
    subject: { kind: 'service_request', id },
    path: `/workbench/all/${id}`,
    count: 1,
    created_at: '2026-11-22T02:00:00Z',
    read_at: null,
    ...fields,
  }
}

function added(notification: Notification, replaces: number | null = null): NotificationAdded {
  return { notification, replaces, channels: ['bell'] }
}

async function bell(items: Notification[], unread = items.length): Promise<Mounted> {
  signedIn()
  vi.spyOn(notificationsApi, 'list').mockResolvedValue({ items, next_cursor: null, unread })
  const store = useNotifications()
  await store.load()
  useEntities().subscribe(store.onChanges)
  shown = await mounted(BellTray)
  await shown.click('bell')
  return shown
}

function titles(): string[] {
  return [...document.querySelectorAll('[data-testid="notice"] .nt-t')].map((row) => row.textContent)
}

describe('the bell', () => {
  it('says that there is nothing, and what would stand here', async () => {
    await bell([])
    expect(document.querySelector('[data-testid="bell-none"]')?.textContent).toContain('分配给你的请求')
    expect(shown?.get('bell').dataset['unread']).toBe('0')
  })

  it('puts what an event brings on top, in the place of what it folds', async () => {
    await bell([notice(1), notice(2)])
    useEntities().apply([event(5, 'notification.added', added(notice(3, { count: 2 }), 2))])
    await settled()
    expect(titles()).toEqual([notice(3).title, notice(1).title])
    expect(shown?.get('bell').dataset['unread']).toBe('2')
    useEntities().apply([event(6, 'notification.added', added(notice(4)))])
    useEntities().apply([event(6, 'notification.added', added(notice(4)))])
    await settled()
    expect(shown?.get('bell').dataset['unread']).toBe('3')
  })

  it('shows as read what was read on another device', async () => {
    await bell([notice(2), notice(1)])
    const marked = { ids: [], up_to: 2, read_at: '2026-11-22T03:00:00Z', unread: 0 }
    useEntities().apply([event(7, 'notification_box.marked', marked)])
    await settled()
    expect(shown?.find('notice-read')).toBeNull()
    expect(shown?.get('bell').dataset['unread']).toBe('0')
  })

  it('marks what is opened and leads there', async () => {
    const page = await bell([notice(7)])
    const read = vi.spyOn(notificationsApi, 'read').mockResolvedValue({ unread: 0 })
    const led: string[] = []
    useNotifications().leadBy((path) => led.push(path))
    await page.click('notice-open')
    await settled()
    expect(led).toEqual(['/workbench/all/7'])
    expect(read).toHaveBeenCalledWith([7])
    expect(useNotifications().unread).toBe(0)
  })

  it('asks again what is left when something has moved out of sight', async () => {
    await bell([notice(7)])
    const list = vi
      .spyOn(notificationsApi, 'list')
      .mockResolvedValue({ items: [], next_cursor: null, unread: 0 })
    useEntities().apply([event(8, 'service_request.withdrawn', { id: 7 })])
    await settled()
    expect(list).toHaveBeenCalled()
    expect(titles()).toEqual([])
  })
})

describe('what is told besides', () => {
  const asked = { id: 9, title: 't', channels: ['sound' as const], opened: () => undefined }

  class Tone {
    frequency = { value: 0 }
    gain = {
      setValueAtTime: () => undefined,
      linearRampToValueAtTime: () => undefined,
      exponentialRampToValueAtTime: () => undefined,
    }
    connect(next: unknown): unknown {
      return next
    }
    start(): void {
      started += 1
    }
    stop(): void {
      return
    }
  }
  let started = 0

  it('sounds in no tab that nobody has touched, and leaves it to another', async () => {
    expect(sound()).toBe(false)
    await tell(asked)
    expect(localStorage.getItem('lingke.told.sound')).toBeNull()
  })

  it('sounds once for one notification, however many tabs hear of it', async () => {
    vi.stubGlobal(
      'AudioContext',
      class {
        state = 'running'
        currentTime = 0
        destination = {}
        createOscillator = (): Tone => new Tone()
        createGain = (): Tone => new Tone()
      },
    )
    const { prepareSound } = await import('@/features/notifications/telling')
    const end = prepareSound()
    document.dispatchEvent(new Event('pointerdown'))
    started = 0
    await tell(asked)
    await tell(asked)
    expect(started).toBe(2)
    await tell({ ...asked, id: 8 })
    expect(started).toBe(2)
    await tell({ ...asked, id: 10 })
    expect(started).toBe(4)
    end()
  })

  it('asks nobody for the desktop by itself', async () => {
    const request = vi.fn()
    vi.stubGlobal('isSecureContext', true)
    vi.stubGlobal(
      'Notification',
      Object.assign(vi.fn(), { permission: 'default', requestPermission: request }),
    )
    await tell({ ...asked, channels: ['desktop'] })
    expect(desktopState()).toBe('default')
    expect(request).not.toHaveBeenCalled()
  })
})
