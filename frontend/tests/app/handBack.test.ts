/** Leaving with open work: what waits for an answer is ticked, each may be chosen, and a rest may have a reason. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { requests as api } from '@/api/endpoints'
import HandBackDialog from '@/app/HandBackDialog.vue'
import { useSession } from '@/stores/session'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { request } from '../support'

const MINE = [
  request({ id: 1, status: 'open' }),
  request({ id: 2, status: 'pending' }),
  request({ id: 3, status: 'open' }),
]
let dialog: Mounted | null = null
const boxes = (): HTMLInputElement[] => [
  ...document.querySelectorAll<HTMLInputElement>('[data-testid="hand-back-row"] input'),
]

beforeEach(() => {
  vi.spyOn(api, 'list').mockResolvedValue({ items: MINE, next_cursor: null } as Awaited<
    ReturnType<typeof api.list>
  >)
  signedIn('service_requests:claim')
})
afterEach(() => {
  dialog?.end()
  dialog = null
  vi.restoreAllMocks()
})

async function shown(props: Record<string, unknown>): Promise<ReturnType<typeof vi.spyOn>> {
  const given = vi
    .spyOn(api, 'handBack')
    .mockImplementation((ids) => Promise.resolve({ count: ids?.length ?? 0 }))
  dialog = await mounted(HandBackDialog, props)
  await settled(6)
  return given
}

async function submit(): Promise<void> {
  document.querySelector<HTMLElement>('[data-testid="dialog-submit"]')?.click()
  await settled(6)
}

describe('leaving with open work', () => {
  it('ticks what waits for an answer and leaves what waits for the customer', async () => {
    const given = await shown({ leaving: 'offline' })
    expect(boxes().map(({ checked }) => checked)).toEqual([true, false, true])
    await submit()
    expect(given).toHaveBeenCalledWith([1, 3])
  })

  it('gives back what was chosen, and nothing else', async () => {
    const given = await shown({ leaving: 'offline' })
    boxes()[0]?.click()
    boxes()[1]?.click()
    await settled()
    await submit()
    expect(given).toHaveBeenCalledWith([3, 2])
  })

  it('gives nothing back for who keeps all', async () => {
    const given = await shown({ leaving: 'offline' })
    document.querySelector<HTMLElement>('[data-testid="keep-work"]')?.click()
    await settled(6)
    expect(given).not.toHaveBeenCalled()
  })

  it('says why somebody rests', async () => {
    const said = vi.spyOn(useSession(), 'setPresence').mockResolvedValue()
    await shown({ leaving: 'break' })
    const reason = document.querySelector<HTMLInputElement>('[data-testid="leave-reason"]')
    if (reason) {
      reason.value = '吃饭'
      reason.dispatchEvent(new Event('input'))
    }
    await submit()
    expect(said).toHaveBeenCalledWith('break', '吃饭')
  })

  it('asks nobody why who goes home', async () => {
    await shown({ leaving: 'offline' })
    expect(document.querySelector('[data-testid="leave-reason"]')).toBeNull()
  })
})
