/** The columns of a list: declared in one file of its feature, chosen by a person, remembered for them in this browser. */

import { computed, ref, watch, type VNodeChild } from 'vue'
import { useI18n } from 'vue-i18n'

import type { Locale, Right } from '@/api/contract'
import { currentLocale } from '@/app/i18n'
import { useSession } from '@/stores/session'
import { now } from '@/ui/now'

/** What a cell needs to speak: the words, the language, the present. */
export interface Words {
  t: (key: string, named?: Record<string, unknown>) => string
  /** Whether there are words for a key: a code newer than this page has none. */
  te: (key: string) => boolean
  locale: Locale
  now: number
}

export interface Column<Row> {
  key: string
  /** Key of its text. */
  label: string
  /** What stands in it: a text, or marks drawn with `h`. A page may draw it instead, in the slot `cell-<key>`. */
  cell?: (row: Row, words: Words) => VNodeChild
  /** Shown while pointed at. */
  title?: (row: Row, words: Words) => string
  /** A CSS width; without one it takes what is left. */
  width?: string
  look?: 'num' | 'mono' | 'quiet' | 'text'
  /** What rows are sorted by: the server's own order, or, of a list that was read whole, a value. */
  sort?: 'server' | ((row: Row) => string | number)
  /** Names the row; it stands first and cannot be hidden. */
  isName?: boolean
  /** Not shown until somebody asks for it. */
  isExtra?: boolean
  /** Not on the cards of a phone, where the record that is opened says it. */
  isMinor?: boolean
  /** Cannot be hidden: the column of buttons. */
  stays?: boolean
  /** Who lacks it does not have the column. */
  right?: Right
}

export interface Order {
  key: string
  down: boolean
}

const PREFIX = 'lingke.columns.'

function kept(place: string): string[] | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(place) ?? 'null')
    return Array.isArray(found) ? found.filter((key) => typeof key === 'string') : null
  } catch {
    return null
  }
}

/** `list` names it for good: what somebody chose is found again by it. */
export function useColumns<Row>(list: () => string, declared: () => readonly Column<Row>[]) {
  const session = useSession()
  const place = computed(() => `${PREFIX}${session.operator?.id ?? 0}.${list()}`)
  const own = ref<string[] | null>(null)
  watch(place, (where) => (own.value = kept(where)), { immediate: true })

  const allowed = computed(() =>
    declared().filter((column) => column.right === undefined || session.may(column.right)),
  )
  const shown = computed(() => {
    // Kept are those left out and those asked for, so that a column of a later version is there for everybody.
    const said = new Map((own.value ?? []).map((word) => [word.slice(1), word.startsWith('+')]))
    return allowed.value.filter(
      (column) => column.isName || column.stays || (said.get(column.key) ?? !column.isExtra),
    )
  })
  const choosable = computed(() => allowed.value.filter((column) => !column.isName && !column.stays))
  const isAsDeclared = computed(() => own.value === null)

  function keep(words: string[] | null): void {
    own.value = words
    if (words === null) localStorage.removeItem(place.value)
    else localStorage.setItem(place.value, JSON.stringify(words))
  }

  function choose(key: string, on: boolean): void {
    const others = (own.value ?? []).filter((word) => word.slice(1) !== key)
    keep([...others, `${on ? '+' : '-'}${key}`])
  }

  return { shown, choosable, isAsDeclared, choose, reset: () => keep(null) }
}

export function useWords() {
  const i18n = useI18n()
  return computed<Words>(() => ({
    t: (key, named) => i18n.t(key, named ?? {}),
    te: (key) => i18n.te(key),
    locale: currentLocale(),
    now: now.value,
  }))
}

/** Rows of a list that is whole, in the order of a column's values. */
export function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: Order | null,
): readonly Row[] {
  const by = columns.find((column) => column.key === order?.key)?.sort
  if (order === null || typeof by !== 'function') return rows
  const collator = new Intl.Collator(currentLocale(), { numeric: true })
  const compare = (a: string | number, b: string | number): number =>
    typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b))
  return [...rows].sort((a, b) => (order.down ? -1 : 1) * compare(by(a), by(b)))
}
