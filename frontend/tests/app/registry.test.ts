/** What the features declare fits together: names, texts, rights, keys. */

import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'

import { chinese, type Texts } from '@/app/messages'
import {
  allCommands,
  commandsFor,
  homeFor,
  menuFor,
  pages,
  sectionOf,
  tabsFor,
  titleOf,
} from '@/app/registry'

const every = new Set(pages.flatMap((page) => page.right ?? []))
const text = (group: string, name: string): unknown => (chinese[group] as Texts)[name]

beforeEach(() => setActivePinia(createPinia()))

describe('the registry', () => {
  it('has one page per name and address', () => {
    expect(pages.length).toBeGreaterThan(9)
    for (const part of ['name', 'path'] as const)
      expect(new Set(pages.map((page) => page[part])).size).toBe(pages.length)
  })

  it('lets nobody open a page without a right, except who is not signed in', () => {
    expect(pages.filter((page) => !page.right).map((page) => page.name)).toEqual(['login'])
    expect(pages.filter((page) => page.open).map((page) => page.name)).toEqual(['login'])
  })

  it('has words for every menu entry and tab, and a menu entry for every tab', () => {
    for (const page of pages) {
      const title = titleOf(page.name)
      if (title) expect([page.name, text('menu', title)]).toEqual([page.name, expect.any(String)])
      if (!page.tab) continue
      expect([page.name, text('section', page.name)]).toEqual([page.name, expect.any(String)])
      expect(pages.find((other) => other.name === page.tab?.of)?.menu).toBeDefined()
    }
  })

  it('shows each person what they may open, in order', () => {
    expect(menuFor(every).map((page) => page.name)).toEqual([
      'floor',
      'workbench',
      'listener',
      'topics',
      'figures',
      'accounts',
      'people',
      'units',
      'roles',
      'routing',
      'grants',
      'automation',
      'levels',
      'worktime',
      'shifts',
      'audit',
    ])
    expect(menuFor(new Set(['topics:read'])).map((page) => page.name)).toEqual(['topics'])
    expect(tabsFor('listener', new Set(['monitors:read'])).map((page) => page.name)).toEqual([
      'monitors',
      'trial',
    ])
  })

  it('knows where a page belongs and where a person begins', () => {
    expect(sectionOf('trial')).toBe('listener')
    expect(sectionOf('workbench')).toBe('workbench')
    expect(sectionOf('login')).toBeNull()
    const [read, claim] = ['service_requests:read', 'service_requests:claim']
    expect(homeFor(new Set([read, claim]))).toMatchObject({ params: { view: 'mine' } })
    // Case G8: whoever only watches has no requests of the own.
    expect(homeFor(new Set([read]))).toMatchObject({ params: { view: 'all' } })
    expect(homeFor(new Set([read, 'overview:read']))).toEqual({ name: 'floor' })
    expect(homeFor(new Set([read, 'overview:read', 'accounts:read', 'accounts:manage']))).toEqual({
      name: 'accounts',
    })
    expect(homeFor(new Set())).toEqual({ name: 'no-access' })
  })

  it('gives each key one meaning on a page, and each command one name', () => {
    const places = allCommands.map((command) => `${command.page ?? 'everywhere'} ${command.keys}`)
    expect(places.length).toBeGreaterThan(30)
    expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([])
    expect(new Set(allCommands.map((command) => command.id)).size).toBe(allCommands.length)
  })

  it('names only pages that there are', () => {
    const names = new Set(pages.map((page) => page.name))
    for (const { id, page } of allCommands) expect([id, !page || names.has(page)]).toEqual([id, true])
  })

  it('offers nobody a command that the server would refuse', () => {
    const ids = commandsFor(new Set(['service_requests:read'])).map((command) => command.id)
    expect(ids).toContain('go.all')
    expect(ids).not.toContain('request.claim')
    expect(ids).not.toContain('stream.rescue')
  })
})
