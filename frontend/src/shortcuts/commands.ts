/**
 * What can be done by a key or by name. Features declare it (`feature.ts`), the screen that is open brings the acts; keys, the
 * sheet and the palette (the search box) read this one list.
 */

import { shallowReactive, shallowRef } from 'vue'
import type { RouteLocationRaw } from 'vue-router'

import type { Right } from '@/api/contract'
import { folded } from '@/ui/folded'

export const GROUPS = ['list', 'request', 'rows', 'listening', 'review', 'go', 'general'] as const
export type CommandGroup = (typeof GROUPS)[number]

export interface Command {
  id: string
  /** One key (`j`, `?`, `Enter`) or two (`g m`). */
  keys: string
  /** Key of the locale text that says what it does. */
  title: string
  group: CommandGroup
  right?: Right
  /** Name of the only page on which it works; there it goes before a command of every page. */
  page?: string
  /** What has to be open or chosen before it works. */
  needs?: 'request' | 'row'
  /** It leads somewhere, and that is all. */
  to?: RouteLocationRaw
  /** The field or the dialog handles the key itself. */
  byField?: true
}

export interface Act {
  run: () => void
  /** When given and false, the command does not fit what is open. */
  when?: () => boolean
}

/** Why a command rests: its page is not open, nothing it needs is open or chosen, or it does not fit what is. */
export type Rest = 'elsewhere' | 'needs' | 'unfit'

type Acted<List extends readonly Command[]> = Exclude<List[number], { to: unknown } | { byField: true }>
/** An act for each command of a list: none can be forgotten, none is left over. */
export type ActsOf<List extends readonly Command[]> = Record<Acted<List>['id'], Act>

const declared = shallowRef<() => readonly Command[]>(() => [])
const acts = shallowReactive(new Map<string, { act: Act; chosen: () => boolean }>())

/** Say where the commands come from that this person may use; returns the function that takes them away again. */
export function declare(from: () => readonly Command[]): () => void {
  declared.value = from
  return () => {
    if (declared.value === from) declared.value = () => []
  }
}

/**
 * Bring acts; returns the function that takes them away again. `chosen` says whether what their commands need is open or chosen.
 */
export function bring(own: Record<string, Act>, chosen: () => boolean = () => true): () => void {
  for (const [id, act] of Object.entries(own)) acts.set(id, { act, chosen })
  return () => {
    for (const [id, act] of Object.entries(own)) if (acts.get(id)?.act === act) acts.delete(id)
  }
}

export function commands(): readonly Command[] {
  return declared.value()
}

/** Why it would do nothing now; null when it would do something. */
export function restOf(command: Command): Rest | null {
  const found = acts.get(command.id)
  if (!found) return command.byField ? null : 'elsewhere'
  if (command.needs !== undefined && !found.chosen()) return 'needs'
  return (found.act.when?.() ?? true) ? null : 'unfit'
}

function isUsable(command: Command): boolean {
  return acts.has(command.id) && restOf(command) === null
}

export function perform(command: Command): void {
  acts.get(command.id)?.act.run()
}

/** The command that a key means now. */
export function commandOf(keys: string): Command | null {
  const usable = commands().filter((command) => command.keys === keys && isUsable(command))
  return usable.find((command) => command.page !== undefined) ?? usable[0] ?? null
}

/** Commands whose name holds the words and that work now; all of them for no words. */
export function commandsNamed(words: string, name: (command: Command) => string): Command[] {
  const wanted = folded(words.trim())
  return commands().filter(
    (command) => isUsable(command) && (wanted === '' || folded(name(command)).includes(wanted)),
  )
}

/** The keys of a command as they are printed on a keyboard. */
export function keycaps(keys: string): string[] {
  return keys.split(' ').map((key) => (key.length === 1 ? key.toUpperCase() : key))
}
