/** Giving a request away: to somebody, found by their unit and teams too, or into another team's queue. */

import { afterEach, describe, expect, it, vi } from 'vitest'

import { operators, requests } from '@/api/endpoints'
import TransferMenu from '@/features/workbench/TransferMenu.vue'
import { useEntities } from '@/stores/entities'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { request } from '../support'

const DAY = { id: 1, name: '白班' }
const EVENING = { id: 2, name: '夜班' }

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
  vi.restoreAllMocks()
})

function somebody(id: number, name: string, teams: { id: number; name: string }[], unit: string | null) {
  return {
    id,
    name,
    presence: 'online' as const,
    open_requests: 0,
    load: 0,
    capacity: 8,
    teams,
    unit_name: unit,
  }
}

async function shown(): Promise<Mounted> {
  signedIn('service_requests:assign')
  const asked = request({ id: 7, team: DAY })
  useEntities().load('service_request', [asked])
  vi.spyOn(operators, 'assignable').mockResolvedValue({
    items: [somebody(4, '江楠', [DAY], '客服部'), somebody(5, '何晓棠', [DAY, EVENING], null)],
    next_cursor: null,
  })
  page = await mounted(TransferMenu, { request: asked })
  await page.click('transfer')
  await settled(5)
  return page
}

const offered = (testid: string): string[] =>
  [...document.querySelectorAll(`[data-testid="${testid}"]`)].map((one) => one.textContent.trim())

describe('giving a request away', () => {
  it('names the unit of everybody who could take it', async () => {
    await shown()
    expect(offered('transfer-to')[0]).toContain('客服部、白班')
  })

  it('moves it into the queue of another team that serves the account, not into its own', async () => {
    const menu = await shown()
    expect(offered('move-to-team')).toEqual(['夜班'])
    const moved = vi
      .spyOn(requests, 'setTeam')
      .mockResolvedValue(request({ id: 7, team: EVENING, assignee: null, version: 9 }))
    await menu.click('move-to-team')
    await settled(5)
    expect(moved.mock.calls[0]?.slice(0, 2)).toEqual([7, 2])
    expect(useEntities().state.service_request[7]?.team).toEqual(EVENING)
  })

  it('says why it stays where it was', async () => {
    const menu = await shown()
    vi.spyOn(requests, 'setTeam').mockRejectedValue(new TypeError('no connection'))
    await menu.click('move-to-team')
    await settled(5)
    expect(useEntities().state.service_request[7]?.team).toEqual(DAY)
  })
})
