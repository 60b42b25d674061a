/** All features, and what follows from them: pages, menu, tabs, keys. */

import type { RouteLocationRaw } from 'vue-router'

import type { Command } from '@/shortcuts/commands'
import { rowCommands } from '@/ui/kit/rowCommands'
import type { Feature, MenuPlace, Page, TabPlace } from './feature'

export const features: readonly Feature[] = Object.values(
  import.meta.glob<Feature>('../features/*/feature.ts', { eager: true, import: 'default' }),
)

export const pages: readonly Page[] = features.flatMap((feature) => feature.pages ?? [])

type Rights = ReadonlySet<string>
type MenuPage = Page & { menu: MenuPlace }
type TabPage = Page & { tab: TabPlace }

function isOpenTo(page: Page, rights: Rights): boolean {
  return page.right === undefined || rights.has(page.right)
}

export function menuFor(rights: Rights): MenuPage[] {
  return pages
    .filter((page): page is MenuPage => page.menu !== undefined && isOpenTo(page, rights))
    .sort((a, b) => a.menu.order - b.menu.order)
}

/** The pages that share one menu entry. */
export function tabsFor(section: string, rights: Rights): Page[] {
  return pages
    .filter((page): page is TabPage => page.tab?.of === section && isOpenTo(page, rights))
    .sort((a, b) => a.tab.order - b.tab.order)
}

/** The name of the menu entry a page belongs to. */
export function sectionOf(name: unknown): string | null {
  const page = pages.find((candidate) => candidate.name === name)
  if (!page) return null
  return page.tab?.of ?? (page.menu ? page.name : null)
}

/** By which `menu.<name>` a page is called above it: its menu entry's, else its own. */
export function titleOf(name: unknown): string | null {
  const page = pages.find((candidate) => candidate.name === name)
  return page && !page.open ? (page.tab?.of ?? page.name) : null
}

/** Where somebody begins. */
export function homeFor(rights: Rights): RouteLocationRaw {
  const menu = menuFor(rights)
  const own = menu
    .filter((page) => page.home !== undefined && rights.has(page.home.right))
    .sort((a, b) => (a.home?.order ?? 0) - (b.home?.order ?? 0))
  const first = own[0] ?? menu[0]
  return first ? targetOf(first, rights) : { name: 'no-access' }
}

export function targetOf(page: MenuPage, rights: Rights): RouteLocationRaw {
  return page.menu.to?.(rights) ?? { name: page.name }
}

const SHELL: readonly Command[] = [
  { id: 'general.sheet', keys: '?', title: 'shortcut.sheet', group: 'general' },
  { id: 'general.leave', keys: 'Esc', title: 'shortcut.leave', group: 'general', byField: true },
]

/** Every command there is, whoever may use it. */
export const allCommands: readonly Command[] = [
  ...features.flatMap((feature) => feature.commands ?? []),
  ...rowCommands,
  ...SHELL,
]

export function commandsFor(rights: Rights): Command[] {
  return allCommands.filter((command) => command.right === undefined || rights.has(command.right))
}

/** Begin what every feature does while somebody is signed in. */
export function startAll(): (() => void)[] {
  return features.flatMap((feature) => feature.start?.() ?? [])
}
