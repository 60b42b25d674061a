/** Who takes over what a colleague has is asked why; nobody else is. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import TakeOverDialog from '@/features/floor/TakeOverDialog.vue'
import { useRequestActions } from '@/features/workbench/requestActions'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { request } from '../support'

let page: Mounted | null = null
let sent: { operator_id: number | null; reason: string | null }[] = []
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
const theirs = request({ id: 1, version: 1, assignee: { id: 77, name: '孙念' } })

beforeEach(() => {
  sent = []
  vi.stubGlobal('fetch', async (asked: Request) => {
    sent.push((await asked.json()) as { operator_id: number | null; reason: string | null })
    return Response.json(request({ id: 1, version: 2 }))
  })
})
afterEach(() => {
  page?.end()
  page = null
  vi.unstubAllGlobals()
})

async function asLead(): Promise<number> {
  signedIn('service_requests:assign', 'service_requests:claim')
  page = await mounted(Asked)
  return 3
}

describe('taking over', () => {
  it('asks why and sends what was said', async () => {
    const me = await asLead()
    const done = actions.transfer(theirs, me, '江楠')
    await settled()
    expect(sent).toEqual([])
    expect(actions.takeOver.value?.request.id).toBe(1)
    actions.takeOver.value?.answer('客户点名')
    expect(await done).toBe(true)
    expect(sent).toEqual([{ operator_id: me, version: 1, reason: '客户点名' }])
    expect(actions.takeOver.value).toBeNull()
  })

  it('leaves it with the colleague when the dialog is closed', async () => {
    const me = await asLead()
    const done = actions.transfer(theirs, me, '江楠')
    await settled()
    actions.takeOver.value?.answer(null)
    expect(await done).toBe(false)
    expect(sent).toEqual([])
  })

  it('asks nothing of who gives it to somebody else or takes what nobody has', async () => {
    const me = await asLead()
    expect(await actions.transfer(theirs, 78, '周启明')).toBe(true)
    await actions.claim(request({ id: 1, version: 1, assignee: null }))
    expect(sent.map(({ operator_id }) => operator_id)).toEqual([78, me])
    expect(sent.every((body) => body.reason === null)).toBe(true)
  })

  it('cannot be sent without words', async () => {
    await asLead()
    page?.end()
    const answer = vi.fn()
    page = await mounted(TakeOverDialog, { asked: { request: theirs, answer } })
    const button = page.get('dialog-submit') as HTMLButtonElement
    expect(button.disabled).toBe(true)
    const field = page.get('take-over-reason') as HTMLTextAreaElement
    field.value = '  客户点名 '
    field.dispatchEvent(new Event('input'))
    await settled()
    expect(button.disabled).toBe(false)
    button.click()
    await settled()
    expect(answer).toHaveBeenCalledWith('客户点名')
  })
})
