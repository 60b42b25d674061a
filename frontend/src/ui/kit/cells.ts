/** What often stands in a cell. Each is a function of a row's part and the words; a column file puts them together. */

import { h, type VNodeChild } from 'vue'
import { RouterLink, type RouteLocationRaw } from 'vue-router'

import type { Platform } from '@/api/contract'
import AvatarMark from '@/ui/AvatarMark.vue'
import { fullTime, messageTime } from '@/ui/format'
import PlatformMark from '@/ui/PlatformMark.vue'
import type { Words } from './columns'

/** What stands where there is nothing. */
export const NOTHING = '–'

export function moment(at: string | null | undefined, { locale, now }: Words): VNodeChild {
  if (!at) return NOTHING
  return h('time', { class: 'num', datetime: at, title: fullTime(at, locale) }, messageTime(at, now, locale))
}

export function person(who: { id: number; name: string } | null | undefined): VNodeChild {
  if (!who) return NOTHING
  return h('span', { class: 'row' }, [
    h(AvatarMark, { name: who.name, seed: who.id, size: 20 }),
    h('span', { class: 'el' }, who.name),
  ])
}

export function account(of: { name: string; platform: Platform } | null | undefined): VNodeChild {
  if (!of) return NOTHING
  return h('span', { class: 'row' }, [
    h(PlatformMark, { platform: of.platform }),
    h('span', { class: 'el', title: of.name }, of.name),
  ])
}

export function link(words: string, to: RouteLocationRaw): VNodeChild {
  return h(RouterLink, { class: 'linkish', to }, () => words)
}

/** Two lines: what it is, and below it in grey what goes with it. */
export function twoLines(first: VNodeChild, second: VNodeChild): VNodeChild {
  return h('span', { class: 'kt-2' }, [
    h('span', { class: 'el' }, [first]),
    h('span', { class: 's12 t3 el' }, [second]),
  ])
}
