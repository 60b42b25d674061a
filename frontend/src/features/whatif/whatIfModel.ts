/** What is compared, and what is better. Pure functions. */

import type { Findings, Outcome, Tried } from './api'

export interface Draft {
  name: string
  days: number
  seed: number
  ownRules: boolean
  rules: number[]
  /** By queue, 0 for what is in none: a strategy, or nothing for the one that is set. */
  strategies: Record<number, string>
  leftOut: number[]
  team: number | null
  count: number
  capacity: number | null
}

export function emptyDraft(rules: readonly { id: number; is_on: boolean }[]): Draft {
  return {
    name: '',
    days: 30,
    seed: 1,
    ownRules: false,
    rules: rules.filter((rule) => rule.is_on).map((rule) => rule.id),
    strategies: {},
    leftOut: [],
    team: null,
    count: 1,
    capacity: null,
  }
}

export function triedOf(draft: Draft): Tried {
  return {
    rules: draft.ownRules ? draft.rules : null,
    strategies: Object.entries(draft.strategies)
      .filter(([, strategy]) => strategy !== '')
      .map(([queue, strategy]) => ({ queue_id: Number(queue) || null, strategy })),
    left_out: draft.leftOut,
    stand_ins: draft.team === null ? [] : [{ team_id: draft.team, count: draft.count }],
    capacity: draft.capacity,
  }
}

export type LineKey = 'given' | 'wait50' | 'wait90' | 'answer50' | 'answer90' | 'inTime' | 'gini'

export interface Line {
  key: LineKey
  look: 'span' | 'share' | 'number' | 'index'
  values: [was: number | null, replayed: number | null, tried: number | null]
  /** Of what is tried, held against the same requests as everything is set now. */
  change: 'better' | 'worse' | 'same'
}

/** Below so much of the greater one, two numbers are the same to whoever decides by them. */
const NOTICED = 0.02

export function linesOf(findings: Findings): Line[] {
  const sides = [findings.was, findings.replayed, findings.tried] as const
  const line = (
    key: LineKey,
    look: Line['look'],
    low: boolean,
    of: (side: Outcome) => number | null | undefined,
  ): Line => {
    const values = sides.map((side) => of(side) ?? null) as Line['values']
    return { key, look, values, change: changeOf(values[1], values[2], low) }
  }
  return [
    line('wait50', 'span', true, (side) => side.wait_p50),
    line('wait90', 'span', true, (side) => side.wait_p90),
    line('answer50', 'span', true, (side) => side.answer_p50),
    line('answer90', 'span', true, (side) => side.answer_p90),
    line('inTime', 'share', false, (side) => (side.due > 0 ? side.in_time / side.due : null)),
    line('given', 'number', false, (side) => side.given),
    line('gini', 'index', true, (side) => side.gini),
  ]
}

function changeOf(before: number | null, after: number | null, low: boolean): Line['change'] {
  if (before === null || after === null) return 'same'
  const difference = after - before
  if (Math.abs(difference) <= NOTICED * Math.max(Math.abs(before), Math.abs(after))) return 'same'
  return difference < 0 === low ? 'better' : 'worse'
}

export interface PersonLine {
  id: number
  name: string
  was: number
  replayed: number
  tried: number
  busiest: number
}

/** Everybody of any of the three, who gets most in what is tried first. */
export function peopleOf(findings: Findings): PersonLine[] {
  const lines = new Map<number, PersonLine>()
  for (const key of ['was', 'replayed', 'tried'] as const)
    for (const person of findings[key].people) {
      const id = person.operator_id
      const line = lines.get(id) ?? { id, name: person.name, was: 0, replayed: 0, tried: 0, busiest: 0 }
      line[key] = person.given
      if (key === 'tried') line.busiest = person.busiest
      lines.set(id, line)
    }
  return [...lines.values()].sort((a, b) => b.tried - a.tried || b.replayed - a.replayed || a.id - b.id)
}
