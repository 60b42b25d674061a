/** Case G4: who acts upon a colleague's request is asked first; a yes sends the act again, with what was confirmed. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { useRequestActions } from '@/features/workbench/requestActions'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { request } from '../support'

let page: Mounted | null = null
let sent: { confirm: string[] }[] = []
let actions: ReturnType<typeof useRequestActions>
const Asked = {
  setup() {
    actions = useRequestActions()
    return {}
  },
  render() {
    return null
  },
}

beforeEach(() => {
  sent = []
  vi.stubGlobal('fetch', async (asked: Request) => {
    const body = (await asked.json()) as { confirm: string[] }
    sent.push(body)
    if (body.confirm.includes('claimed_by_other'))
      return Response.json(request({ id: 1, version: 2, status: 'resolved' }))
    const refused = {
      code: 'claimed_by_other',
      title: '',
      assignee_name: '孙念',
      since: '2026-05-01T01:00:00Z',
    }
    return Response.json(refused, { status: 409, headers: { 'content-type': 'application/problem+json' } })
  })
})
afterEach(() => {
  page?.end()
  page = null
  vi.unstubAllGlobals()
})

describe('an act upon a colleague’s request', () => {
  it.each([
    ['status', () => actions.setStatus(request({ id: 1, version: 1 }), 'resolved')],
    ['type', () => actions.classify(request({ id: 1, version: 1 }), { type: 'lead' })],
  ])('%s is asked about and goes on with a yes', async (_name, act) => {
    signedIn('service_requests:update')
    page = await mounted(Asked)
    const done = act()
    await settled()
    expect(actions.refusal.value?.text).toContain('孙念')
    expect(sent.map((body) => body.confirm)).toEqual([[]])
    actions.dismiss(true)
    expect(await done).toBe(true)
    expect(sent.map((body) => body.confirm)).toEqual([[], ['claimed_by_other']])
  })

  it('is left alone when the question is closed', async () => {
    signedIn('service_requests:update')
    page = await mounted(Asked)
    const done = actions.setStatus(request({ id: 1, version: 1 }), 'resolved')
    await settled()
    actions.dismiss()
    expect(await done).toBe(false)
    expect(sent).toHaveLength(1)
    expect(actions.refusal.value).toBeNull()
  })
})
