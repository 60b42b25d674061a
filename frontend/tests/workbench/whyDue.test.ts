/** Why a request is due stays told while it is open, also when the request changes under it. */

import { defineComponent, h, ref } from 'vue'
import { afterEach, expect, it, vi } from 'vitest'

import WhyDue from '@/features/workbench/WhyDue.vue'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { request } from '../support'

let page: Mounted | null = null

afterEach(() => {
  page?.end()
  page = null
  vi.unstubAllGlobals()
})

it('asks anew when the request changes while it is open', async () => {
  signedIn('service_requests:read')
  const asked: string[] = []
  vi.stubGlobal('fetch', (call: Request) => {
    asked.push(new URL(call.url).pathname)
    return Promise.resolve(
      Response.json({
        calendar: '客服热线时间',
        zone: 'Asia/Shanghai',
        allowed_minutes: 30,
        clock: 'first',
        policy: null,
        resolution: null,
        counted_from: '2026-11-30T02:00:00Z',
        due_at: '2026-11-30T02:30:00Z',
        working_seconds_left: 600,
        closed_between: [],
        now: { is_open: true, reason: 'week', day_name: null, next_open: null, closes: null },
      }),
    )
  })
  const shown = ref(request({ id: 41, version: 1, due_at: '2026-11-30T02:30:00Z' }))
  page = await mounted(defineComponent({ render: () => h(WhyDue, { request: shown.value }) }))
  await page.click('why-due')
  await settled()
  expect(document.body.textContent).toContain('客服热线时间')
  shown.value = request({ id: 41, version: 2, due_at: '2026-11-30T02:30:00Z' })
  await settled()
  expect(document.body.textContent).toContain('客服热线时间')
  expect(asked).toHaveLength(2)
})
