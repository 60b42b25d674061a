/** A monitor as it is edited: empty form, what is sent, what changed, where a refusal belongs. Pure functions. */

import type { MonitorBody, MonitorRule, MonitorView } from './api'

export type TokenGroup = 'any' | 'all' | 'none' | 'phrases' | 'topics' | 'authors'
export const TOKEN_GROUPS: readonly TokenGroup[] = ['any', 'all', 'none', 'phrases', 'topics', 'authors']
/** Shown at once; the others wait under “more”. */
export const MAIN_GROUPS: readonly TokenGroup[] = ['any', 'all', 'none']

export function emptyBody(): MonitorBody {
  return {
    name: '',
    rule: {
      any: [],
      all: [],
      none: [],
      phrases: [],
      topics: [],
      authors: [],
      expression: '',
      synonyms: {},
      variants: true,
      quoted: false,
    },
    account_ids: [],
    kinds: [],
    schedule: { days: [], begin: null, end: null },
    filters: { steps: [] },
    is_active: true,
    is_competitor: false,
    priority: 3,
    team_id: null,
  }
}

/** `09:30:00` as a time field gives and takes it. */
export function clockOf(time: string | null | undefined): string | null {
  return time ? time.slice(0, 5) : null
}

export function bodyOf(monitor: MonitorView): MonitorBody {
  const { name, rule, account_ids, kinds, filters, is_active, is_competitor, priority, team } = monitor
  const schedule = {
    days: monitor.schedule.days,
    begin: clockOf(monitor.schedule.begin),
    end: clockOf(monitor.schedule.end),
  }
  // A deep copy, so that editing never touches what is shown in the list.
  return JSON.parse(
    JSON.stringify({
      name,
      rule,
      account_ids,
      kinds,
      schedule,
      filters,
      is_active,
      is_competitor,
      priority,
      team_id: team?.id ?? null,
    }),
  ) as MonitorBody
}

/** How many fields differ from what is saved; a rule counts per part. */
export function changes(now: MonitorBody, saved: MonitorBody): number {
  const parts = (body: MonitorBody): Record<string, unknown> => ({
    ...body,
    rule: null,
    ...Object.fromEntries(Object.entries(body.rule).map(([key, value]) => [`rule.${key}`, value])),
  })
  const [a, b] = [parts(now), parts(saved)]
  return Object.keys({ ...a, ...b }).filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key])).length
}

export function isEmptyRule(rule: MonitorRule): boolean {
  const wanted: TokenGroup[] = ['any', 'all', 'phrases', 'topics', 'authors']
  return wanted.every((group) => rule[group].length === 0) && rule.expression.trim() === ''
}

/** Add what was typed or pasted: commas, semicolons, ideographic commas and line ends separate; none twice. */
export function addTokens(held: string[], typed: string): string[] {
  const fresh = typed
    .split(/[,，、;；\n\t]+/)
    .map((word) => word.trim())
    .filter((word) => word !== '')
  return [...new Set([...held, ...fresh])]
}

/** Several spellings of one word: `宽带 = 宽代、宽待`. Lines without both sides are left out. */
export function synonymsOf(lines: string): Record<string, string[]> {
  const pairs = lines.split('\n').flatMap((line): [string, string[]][] => {
    const [word = '', others = ''] = line.split(/[=＝:：]/, 2)
    const spellings = addTokens([], others)
    return word.trim() !== '' && spellings.length > 0 ? [[word.trim(), spellings]] : []
  })
  return Object.fromEntries(pairs)
}

export function synonymLines(synonyms: Record<string, string[]>): string {
  return Object.entries(synonyms)
    .map(([word, others]) => `${word} = ${others.join('、')}`)
    .join('\n')
}

export interface GroupProblem {
  position: number | null
  code: string
}

/** The problem codes of one group: its own, or by the position of a word (`rule.any.2`). */
export function groupProblems(fields: Record<string, string>, group: string): GroupProblem[] {
  return Object.entries(fields).flatMap(([path, code]): GroupProblem[] => {
    if (path === `rule.${group}`) return [{ position: null, code }]
    const match = new RegExp(`^rule\\.${group}\\.(\\d+)$`).exec(path)
    return match ? [{ position: Number(match[1]), code }] : []
  })
}

export interface DayFigures {
  day: string
  hits: number
  kept: number
}

/** One entry for each of the last `days` days in China, oldest first; the server leaves out days without hits. */
export function everyDay(found: DayFigures[], days: number, nowMs: number): DayFigures[] {
  const held = new Map(found.map((entry) => [entry.day, entry]))
  const names = Array.from({ length: days }, (_, index) =>
    new Date(nowMs + (8 - 24 * (days - 1 - index)) * 3_600_000).toISOString().slice(0, 10),
  )
  return names.map((day) => held.get(day) ?? { day, hits: 0, kept: 0 })
}
