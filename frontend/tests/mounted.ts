/** A component in a real document, with the words, the stores and the router it has in the product. */

import { createPinia, setActivePinia } from 'pinia'
import { createApp, h, nextTick, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'

import { i18n } from '@/app/i18n'
import { pages } from '@/app/registry'
import { useSession } from '@/stores/session'
import type { Right, SessionView } from '@/api/contract'

export interface Mounted {
  root: HTMLElement
  /** What is found by test id; raises when it is not there. */
  get: (testid: string) => HTMLElement
  find: (testid: string) => HTMLElement | null
  click: (testid: string) => Promise<void>
  text: () => string
  end: () => void
}

/** A person with these rights is signed in; call before anything reads a store. */
export function signedIn(...rights: Right[]): void {
  setActivePinia(createPinia())
  useSession().view = {
    authenticated: true,
    operator: {
      id: 3,
      login_name: 'hexiaotang',
      name: '何晓棠',
      roles: [{ id: 1, key: 'operator', name: '' }],
      agency: { id: 1, name: '总部' },
      teams: [],
      locale: 'zh-CN',
    },
    permissions: rights,
    presence: 'online',
    presence_since: null,
    capacity: { open: 1, maximum: 8 },
    csrf_token: 'token',
    server_time: '2026-05-01T02:00:00Z',
    event_seq: 0,
  } as unknown as SessionView
}

export async function settled(times = 3): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await new Promise((resolve) => setTimeout(resolve, 0))
    await nextTick()
  }
}

export async function mounted(
  component: Component,
  props: Record<string, unknown> = {},
  provided: [key: symbol, value: unknown][] = [],
  address?: string,
): Promise<Mounted> {
  const root = document.createElement('div')
  document.body.append(root)
  const blank = { render: () => null }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', name: 'home', component: blank },
      { path: '/workbench/:view?/:id?', name: 'workbench', component: blank },
      // What links lead to; the screens themselves are not drawn.
      ...pages
        .filter((declared) => declared.name !== 'workbench')
        .map((declared) => ({ path: declared.path, name: declared.name, component: blank })),
    ],
  })
  if (address !== undefined) await router.push(address)
  const app = createApp({ render: () => h(component, props) })
  app.use(i18n)
  app.use(router)
  for (const [key, value] of provided) app.provide(key, value)
  app.mount(root)
  await settled()
  const find = (testid: string): HTMLElement | null =>
    document.querySelector<HTMLElement>(`[data-testid="${testid}"]`)
  const get = (testid: string): HTMLElement => {
    const found = find(testid)
    if (!found) throw new Error(`no ${testid} in ${document.body.innerHTML}`)
    return found
  }
  return {
    root,
    find,
    get,
    click: async (testid) => {
      get(testid).click()
      await settled()
    },
    text: () => document.body.textContent,
    end: () => {
      app.unmount()
      root.remove()
    },
  }
}
