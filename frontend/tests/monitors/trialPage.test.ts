/** A trial of filter settings: long work that shows what it has found so far, and is found again by its address. */

import { afterEach, describe, expect, it, vi } from 'vitest'

import TrialPage from '@/features/monitors/TrialPage.vue'
import { useEntities } from '@/stores/entities'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { event, longWork } from '../support'

const STEPS = [
  { name: 'spam', enabled: true, threshold: 0.8, review_from: null, is_default: true },
  { name: 'intent', enabled: true, threshold: 0.5, review_from: 0.4, is_default: true },
]

function trial(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    work: longWork({ id: 17, kind: 'filter.trial', label: '宽带', total: 400, done: 100 }),
    account_id: null,
    monitor_id: 5,
    filters: { steps: [{ name: 'spam', enabled: false, threshold: 0.8, review_from: null }] },
    days: 90,
    scanned: 100,
    since: '2026-04-01T02:00:00Z',
    is_complete: false,
    took_ms: 1200,
    before: { kept: 40, dropped: 60 },
    after: { kept: 70, dropped: 30 },
    newly_kept: 30,
    newly_dropped: 0,
    newly_kept_examples: [],
    newly_dropped_examples: [],
    by_reason: [],
    ...over,
  }
}

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
  vi.unstubAllGlobals()
})

interface Server {
  found: Record<string, unknown>
  begun: { body: unknown }[]
}

Element.prototype.scrollIntoView = () => undefined

async function shown(address: string): Promise<Server> {
  const server: Server = { found: trial(), begun: [] }
  const json = (body: unknown, status = 200): Response =>
    new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url)
    if (pathname.endsWith('/monitors')) return json({ items: [{ id: 5, name: '宽带' }] })
    if (pathname.endsWith('/monitors/5/filter'))
      return json({ steps: STEPS, is_default: true, version: null })
    if (pathname.endsWith('/filter-trials')) {
      server.begun.push({ body: await request.json() })
      return json(server.found['work'], 201)
    }
    if (pathname.endsWith('/filter-trials/17')) return json(server.found)
    return json({ items: [] })
  })
  signedIn('monitors:read')
  page = await mounted(TrialPage, {}, [], address)
  await settled(10)
  return server
}

const result = (): HTMLElement | null => document.querySelector('[data-testid="trial-result"]')

describe('a trial of filter settings', () => {
  it('is begun as long work and shows what it has found so far, then all of it', async () => {
    const server = await shown('/listener/trial')
    expect(result()).toBeNull()
    await page?.click('run-trial')
    await settled(10)
    expect(server.begun[0]?.body).toMatchObject({ monitor_id: 5, account_id: null, days: 30 })
    expect(result()?.textContent).toContain('40 → 70')
    expect(document.querySelector('[data-testid="trial-progress"]')?.textContent).toContain('25%')
    expect(page?.get('run-trial').hasAttribute('disabled')).toBe(true)

    const done = longWork({ id: 17, kind: 'filter.trial', state: 'done', total: 400, done: 400, version: 9 })
    server.found = trial({
      work: { ...done, finished_at: '2026-05-01T02:01:00Z' },
      scanned: 400,
      is_complete: true,
      after: { kept: 99, dropped: 1 },
    })
    useEntities().apply([event(1, 'long_work.changed', { long_work: done })])
    await settled(10)
    expect(result()?.textContent).toContain('40 → 99')
    expect(document.querySelector('[data-testid="trial-progress"]')).toBeNull()
    expect(page?.get('run-trial').hasAttribute('disabled')).toBe(false)
  })

  it('is found again from the tray, with the settings that were tried', async () => {
    await shown('/listener/trial?work=17')
    expect(result()?.textContent).toContain('40 → 70')
    expect((page?.get('trial-subject') as HTMLSelectElement).value).toBe('monitor:5')
    const boxes = [...document.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')]
    expect(boxes.map((box) => box.checked)).toContain(false)
  })
})
