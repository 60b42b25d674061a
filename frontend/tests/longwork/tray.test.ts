/** The tray: what it says of a piece of work, and that it follows events, its owner's alone. */

import { afterEach, describe, expect, it, vi } from 'vitest'

import { longWorkApi, type LongWork } from '@/features/longwork/api'
import { keepColumns, keptColumns } from '@/features/longwork/columns'
import { useLongWork } from '@/features/longwork/store'
import { megabytes, remaining, shareOf, shareOfAll } from '@/features/longwork/workModel'
import WorkTray from '@/features/longwork/WorkTray.vue'
import { useEntities } from '@/stores/entities'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { event, longWork } from '../support'

let shown: Mounted | null = null
afterEach(() => {
  shown?.end()
  shown = null
  vi.restoreAllMocks()
})

async function tray(items: LongWork[], ...rights: Parameters<typeof signedIn>): Promise<Mounted> {
  signedIn(...rights)
  vi.spyOn(longWorkApi, 'list').mockResolvedValue({ items, next_cursor: null })
  await useLongWork().load()
  shown = await mounted(WorkTray)
  await shown.click('long-work')
  return shown
}

function rows(): Element[] {
  return [...document.querySelectorAll('[data-testid="long-work-row"]')]
}

describe('a piece of long work', () => {
  it('says how far it has come, and nothing while nobody knows', () => {
    expect(shareOf(longWork({ id: 1, total: null }))).toBeNull()
    expect(shareOf(longWork({ id: 1, total: 0 }))).toBe(1)
    expect(shareOf(longWork({ id: 1, total: 200, done: 40, skipped: 5, failed: 5 }))).toBe(0.25)
    expect(shareOfAll([longWork({ id: 1, total: 10, done: 5 }), longWork({ id: 2, state: 'done' })])).toBe(
      0.5,
    )
    expect(shareOfAll([longWork({ id: 2, state: 'done' })])).toBeNull()
  })

  it('tells the time that is left and the size of its file', () => {
    expect(remaining(longWork({ id: 1, seconds_left: 72 }), 'zh-CN')).toBe('1:12')
    expect(remaining(longWork({ id: 1, seconds_left: null }), 'zh-CN')).toBeNull()
    expect(megabytes(10)).toBe('0.1 MB')
    expect(megabytes(3 * 1024 * 1024)).toBe('3.0 MB')
  })
})

describe('the tray', () => {
  it('says that there is nothing, and what would stand here', async () => {
    await tray([])
    expect(document.querySelector('[data-testid="long-work-none"]')?.textContent).toContain('导出')
  })

  it('follows events to the file, without moving back', async () => {
    const page = await tray([longWork({ id: 7, total: 1000, done: 100, version: 3, seconds_left: 90 })])
    expect(page.get('long-work').dataset['running']).toBe('1')
    expect(rows()[0]?.textContent).toContain('100 / 1,000')
    expect(rows()[0]?.textContent).toContain('1:30')
    const entities = useEntities()
    const done = longWork({
      id: 7,
      state: 'done',
      total: 1000,
      done: 990,
      failed: 10,
      version: 9,
      result: { name: 'a.xlsx', size: 1, kept_until: '2026-12-01T00:00:00Z' },
      may_retry: true,
    })
    entities.apply([event(5, 'long_work.changed', { long_work: done })])
    entities.apply([event(4, 'long_work.changed', { long_work: longWork({ id: 7, done: 200, version: 4 }) })])
    await settled()
    expect(page.get('long-work').dataset['running']).toBe('0')
    expect((rows()[0] as HTMLElement).dataset['state']).toBe('done')
    const links = [...document.querySelectorAll<HTMLAnchorElement>('.lw-a a')].map((link) => link.pathname)
    expect(links).toEqual(['/api/v1/long-works/7/result', '/api/v1/long-works/7/errors'])
    expect(document.querySelector('[data-testid="long-work-retry"]')).not.toBeNull()
  })

  it('shows one’s own alone until everybody’s are asked for', async () => {
    const other = longWork({ id: 8, owner: { id: 99, name: '别人' } })
    await tray([longWork({ id: 7 }), other], 'long_work:manage')
    expect(rows()).toHaveLength(1)
    await useLongWork().showEverybody(true)
    await settled()
    expect(rows()).toHaveLength(2)
    expect(document.body.textContent).toContain('别人')
  })

  it('calls off, and says why it did not work', async () => {
    await tray([longWork({ id: 7 })])
    const cancel = vi.spyOn(longWorkApi, 'cancel').mockRejectedValueOnce(new Error('no'))
    document.querySelector<HTMLElement>('[data-testid="long-work-cancel"]')?.click()
    await settled()
    expect(document.querySelector('[role="alert"]')?.textContent).not.toBe('')
    cancel.mockResolvedValueOnce(longWork({ id: 7, state: 'cancelled', version: 2 }))
    document.querySelector<HTMLElement>('[data-testid="long-work-cancel"]')?.click()
    await settled()
    expect((rows()[0] as HTMLElement).dataset['state']).toBe('cancelled')
  })

  it('forgets what was put away elsewhere', async () => {
    await tray([longWork({ id: 7, state: 'done' })])
    const work = useLongWork()
    const gone = event(9, 'long_work.removed', { long_work_id: 7 })
    work.onChanges([{ event: gone, shown: [], withdrawn: null }])
    await settled()
    expect(rows()).toHaveLength(0)
  })
})

describe('columns', () => {
  it('are kept by list, whatever else lies there', () => {
    expect(keptColumns('service_request')).toBeNull()
    keepColumns('service_request', ['number', 'status'])
    expect(keptColumns('service_request')).toEqual(['number', 'status'])
    localStorage.setItem('lingke.export.inbound_item', '{broken')
    expect(keptColumns('inbound_item')).toBeNull()
  })
})
