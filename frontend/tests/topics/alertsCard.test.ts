/** That nothing stood out is said only of alerts that were read. */

import { afterEach, describe, expect, it, vi } from 'vitest'

import AlertsCard from '@/features/topics/AlertsCard.vue'
import { useTopics } from '@/features/topics/topicsStore'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
  vi.unstubAllGlobals()
})

const CALM = '最近没有异常'

describe('the card of alerts', () => {
  it('says so when they did not load, and asks again', async () => {
    let fails = true
    vi.stubGlobal('fetch', () =>
      Promise.resolve(
        fails
          ? Response.json({ title: '出错了', status: 500, detail: '服务器出错了' }, { status: 500 })
          : Response.json({ items: [], next_cursor: null }),
      ),
    )
    signedIn('topics:read')
    page = await mounted(AlertsCard)
    expect(page.text()).not.toContain(CALM)
    await useTopics().loadAlerts()
    await settled(10)
    expect(page.root.querySelector('[role="alert"]')?.textContent).toContain('服务器出错了')
    expect(page.text()).not.toContain(CALM)
    fails = false
    page.root.querySelector<HTMLElement>('[role="alert"] button')?.click()
    await settled(10)
    expect(page.text()).toContain(CALM)
  })
})
