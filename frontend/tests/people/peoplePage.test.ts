/** The people page as a list of the kit: by agency, found by words, several shut out together, what is refused says why. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiProblem } from '@/api/problem'
import { peopleApi } from '@/features/people/api'
import PeoplePage from '@/features/people/PeoplePage.vue'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { person } from './people'

const ELSEWHERE = { id: 2, name: '蓝桥代运营', kind: 'third_party' as const }
const PEOPLE = [
  person(4, { name: '林小满', agency: ELSEWHERE }),
  person(5, { name: '乔一帆', agency: ELSEWHERE, is_active: false }),
  person(6, { name: '许知远', agency: ELSEWHERE, teams: [{ id: 9, name: '夜班' }] }),
  person(3, { name: '何晓棠' }),
]

let page: Mounted | null = null
beforeEach(() => {
  vi.spyOn(peopleApi, 'list').mockResolvedValue(PEOPLE)
})
afterEach(() => {
  page?.end()
  page = null
  localStorage.clear()
  vi.restoreAllMocks()
})

async function shown(...rights: Parameters<typeof signedIn>): Promise<Mounted> {
  signedIn('people:read', ...rights)
  page = await mounted(PeoplePage)
  await settled(6)
  return page
}

const names = (): string[] =>
  [...document.querySelectorAll('[data-testid="person"] b')].map((name) => name.textContent)

async function choose(...at: number[]): Promise<void> {
  const boxes = document.querySelectorAll<HTMLElement>('[data-testid="choose"]')
  for (const index of at) boxes[index]?.click()
  await settled()
}

describe('the people page', () => {
  it('stands by agency, those who are shut out last in each', async () => {
    await shown()
    expect(names()).toEqual(['林小满', '许知远', '乔一帆', '何晓棠'])
  })

  it('offers those who may not manage people neither boxes nor buttons', async () => {
    const screen = await shown()
    for (const button of ['choose-all', 'edit-person', 'set-active', 'new-person', 'capacity'])
      expect(screen.find(button), button).toBeNull()
  })

  it('shuts chosen people out, those who are already and oneself left aside', async () => {
    const setActive = vi
      .spyOn(peopleApi, 'setActive')
      .mockImplementation((id, is_active) =>
        Promise.resolve({ ...PEOPLE.find((one) => one.id === id), is_active } as (typeof PEOPLE)[0]),
      )
    const screen = await shown('operators:manage')
    await choose(0, 1, 2, 3)
    expect(screen.get('let-in-chosen').textContent).toContain('1')
    await screen.click('shut-out-chosen')
    await settled(6)
    expect(setActive.mock.calls.map(([id, active]) => [id, active])).toEqual([
      [4, false],
      [6, false],
    ])
    expect(screen.find('chosen')).toBeNull()
  })

  it('asks before it shuts out who has work in hand, which does not come back with them', async () => {
    const busy = PEOPLE.map((one) => (one.id === 4 ? { ...one, open_requests: 3 } : one))
    vi.spyOn(peopleApi, 'list').mockResolvedValue(busy)
    const setActive = vi
      .spyOn(peopleApi, 'setActive')
      .mockImplementation((_id, is_active) =>
        Promise.resolve({ ...busy[0], is_active } as (typeof PEOPLE)[0]),
      )
    const screen = await shown('operators:manage')
    await choose(0, 1, 2, 3)
    await screen.click('shut-out-chosen')
    await settled(6)
    expect(document.body.textContent).toContain('手上的 3 条请求')
    expect(setActive).not.toHaveBeenCalled()
    document.querySelector<HTMLElement>('[data-testid="dialog-submit"]')?.click()
    await settled(6)
    expect(setActive).toHaveBeenCalled()
  })

  it('says why somebody stays, and asks nothing further', async () => {
    const setActive = vi
      .spyOn(peopleApi, 'setActive')
      .mockRejectedValue(new ApiProblem(409, { detail: '最后一位管理员' }))
    const screen = await shown('operators:manage')
    await choose(0, 1)
    await screen.click('shut-out-chosen')
    await settled(6)
    expect(setActive).toHaveBeenCalledTimes(1)
    expect(screen.text()).toContain('最后一位管理员')
  })
})
