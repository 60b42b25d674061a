import { afterEach, describe, expect, it, vi } from 'vitest'

import ProofPage from '@/features/roles/ProofPage.vue'
import { mounted, signedIn, type Mounted } from '../mounted'

const server = vi.hoisted(() => ({ lists: [] as (() => void)[], asked: [] as string[] }))
vi.mock('@/features/roles/api', () => ({
  rolesApi: {
    people: () =>
      new Promise((answer) => {
        server.lists.push(() => {
          answer([
            { id: 3, name: '何晓棠', agency: { id: 1, name: '总部' } },
            { id: 9, name: '林小满', agency: { id: 5, name: '蓝桥代运营' } },
          ])
        })
      }),
    list: () => Promise.resolve({ items: [], groups: [] }),
    proof: (id: number) => answered(`person ${id}`),
    groupProof: (kind: string, id: number) => answered(`${kind} ${id}`),
  },
}))

/** As the server does for what is not there: refused. */
function answered(what: string): Promise<never> {
  server.asked.push(what)
  return Promise.reject(new Error('not here'))
}

let page: Mounted | null = null
afterEach(() => page?.end())

describe('the page of proof', () => {
  it('asks about the first agency when agencies were chosen before the list had come', async () => {
    signedIn('people:read')
    page = await mounted(ProofPage)
    const kind = page.get('proof-kind') as HTMLSelectElement
    kind.value = 'agency'
    kind.dispatchEvent(new Event('change'))
    for (const list of server.lists) list()
    await vi.waitFor(() => expect(server.asked).toContain('agency 1'))
    expect(server.asked).not.toContain('agency 0')
    expect(server.asked).not.toContain('agency 3')
  })
})
