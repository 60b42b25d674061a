/** Case G17: priority, type and mood of a request are set right by hand, by those who may. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import ClassifyMenus from '@/features/workbench/ClassifyMenus.vue'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { request } from '../support'

let page: Mounted | null = null
let sent: { url: string; body: unknown }[] = []

beforeEach(() => {
  sent = []
  vi.stubGlobal('fetch', async (asked: Request) => {
    sent.push({ url: new URL(asked.url).pathname, body: await asked.json() })
    return Response.json(request({ id: 1, version: 2, type: 'lead' }))
  })
})
afterEach(() => {
  page?.end()
  page = null
  vi.unstubAllGlobals()
})

async function choose(menu: string, item: string): Promise<void> {
  await page?.click(menu)
  await page?.click(item)
  await settled()
}

describe('the menus', () => {
  it.each([
    ['classify-type', 'type-lead', { type: 'lead' }],
    ['classify-priority', 'priority-1', { priority: 1 }],
    ['classify-mood', 'mood-positive', { sentiment: 1 }],
  ])('%s sends what was chosen and the version it was chosen on', async (menu, item, said) => {
    signedIn('service_requests:update')
    page = await mounted(ClassifyMenus, { request: request({ id: 1, version: 1 }) })
    await choose(menu, item)
    expect(sent).toHaveLength(1)
    expect(sent[0]?.url).toBe('/api/v1/service-requests/1/classification')
    expect(sent[0]?.body).toMatchObject({ ...said, version: 1 })
  })

  it('mark what it is now', async () => {
    signedIn('service_requests:update')
    page = await mounted(ClassifyMenus, { request: request({ id: 1 }) })
    await page.click('classify-type')
    expect(page.get('type-complaint').getAttribute('aria-checked')).toBe('true')
    expect(page.get('type-lead').getAttribute('aria-checked')).toBe('false')
  })

  it('are plain words for those who may not', async () => {
    signedIn('service_requests:read')
    page = await mounted(ClassifyMenus, { request: request({ id: 1 }) })
    expect(page.find('classify-type')).toBeNull()
    expect(page.root.textContent).toContain('投诉')
  })
})
