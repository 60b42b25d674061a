/**
 * What a feature tells the shell about itself: its pages, its keys, what it does for as long as somebody is signed in. Every
 * `features/<name>/feature.ts` exports one; `registry.ts` finds them. They are loaded with the first page, so they stay small
 * and name their screens by `import()`.
 */

import type { RouteComponent, RouteLocationRaw } from 'vue-router'

import type { Right } from '@/api/contract'
import type { Command } from '@/shortcuts/commands'
import type { IconName } from '@/ui/icons'

export interface MenuPlace {
  icon: IconName
  /** Smaller comes first. */
  order: number
  /** Where the entry leads, when the page's name alone does not say it. */
  to?: (rights: ReadonlySet<string>) => RouteLocationRaw
  /** A number beside the entry; 0 is not shown. */
  badge?: () => number
}

export interface TabPlace {
  /** The page whose menu entry this page shares. */
  of: string
  order: number
}

export interface Page {
  /** The route's name. Its menu entry reads `menu.<name>`, its tab `section.<name>`. */
  name: string
  path: string
  screen: () => Promise<RouteComponent | { default: RouteComponent }>
  /** What somebody needs to open it; the menu and the tabs leave it out for all others. */
  right?: Right
  /** Shown to those who are not signed in. */
  open?: boolean
  menu?: MenuPlace
  /** Whoever has this right begins here; the smaller order wins. Without any the menu's first page is the home. */
  home?: { right: Right; order: number }
  tab?: TabPlace
}

export interface Feature {
  pages?: Page[]
  /** Addresses that lead to a page. */
  redirects?: { path: string; to: (rights: ReadonlySet<string>) => RouteLocationRaw }[]
  /** What can be done by a key or by name. Those without `to` get their act from the screen that is open. */
  commands?: readonly Command[]
  /** Begin what lasts until sign-out; returns what ends it. */
  start?: () => (() => void)[]
}
