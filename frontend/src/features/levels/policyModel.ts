/** A policy as its editor holds it. Pure functions. */

import type { Tree } from '@/features/conditions/tree'
import type { Policy, PolicyContent, Step } from './api'

export interface Draft {
  name: string
  condition: Tree
  first_minutes: number
  next_minutes: number
  resolve_minutes: number | null
  warn_share: number
  steps: Step[]
}

export const MOST_STEPS = 6
const UNITS = { minutes: 1, hours: 60 } as const
export type Unit = keyof typeof UNITS

export function newDraft(): Draft {
  return {
    name: '',
    condition: { all: [] },
    first_minutes: 30,
    next_minutes: 60,
    resolve_minutes: 8 * 60,
    warn_share: 75,
    steps: [
      { at: 'warning', after_minutes: 0, holder: true, leads: false, people: [] },
      { at: 'missed', after_minutes: 0, holder: true, leads: true, people: [] },
    ],
  }
}

export function draftOf(policy: Policy): Draft {
  const { name, condition, first_minutes, next_minutes, resolve_minutes, warn_share } = policy
  const steps = policy.steps.map((step) => ({ ...step, people: step.people.map((person) => person.id) }))
  const draft = { name, condition, first_minutes, next_minutes, resolve_minutes, warn_share, steps }
  // By JSON, not `structuredClone`: what is given may be reactive.
  return JSON.parse(JSON.stringify(draft)) as Draft
}

export function contentOf(draft: Draft, condition: Tree): PolicyContent {
  const steps = draft.steps.map((step) =>
    step.at === 'warning' ? { ...step, after_minutes: 0 } : { ...step },
  )
  return { ...draft, name: draft.name.trim(), condition, steps }
}

/** Working time in the largest unit that says it without a rest; a working day has no length of its own. */
export function lengthOf(minutes: number): { amount: number; unit: Unit } {
  if (minutes > 0 && minutes % UNITS.hours === 0) return { amount: minutes / UNITS.hours, unit: 'hours' }
  return { amount: minutes, unit: 'minutes' }
}

export function minutesOf(amount: number, unit: Unit): number {
  return Math.round(amount) * UNITS[unit]
}

/** The next moment of which nobody is told yet. */
export function nextStep(steps: readonly Step[]): Step {
  const missed = steps.filter((step) => step.at === 'missed').map((step) => step.after_minutes)
  const after_minutes = missed.length === 0 ? 0 : Math.max(...missed) + 30
  return { at: 'missed', after_minutes, holder: false, leads: true, people: [] }
}

/** The ids in their order with one of them moved up or down. */
export function moved(ids: readonly number[], id: number, by: -1 | 1): number[] {
  const from = ids.indexOf(id)
  const to = from + by
  if (from < 0 || to < 0 || to >= ids.length) return [...ids]
  const next = ids.filter((each) => each !== id)
  next.splice(to, 0, id)
  return next
}
