/** Queues and rules as their editors hold them. Pure functions. */

import type { Tree } from '@/features/conditions/tree'
import type { Queue, QueueContent, Rule, RuleContent, Setup, SkillLevel } from './api'

export const PRIORITIES = [1, 2, 3, 4] as const
export const LEVELS = [1, 2, 3, 4, 5] as const
export const TYPES = ['complaint', 'consult', 'lead', 'suggestion', 'praise', 'other'] as const
export const MOST_WANTED = 5

export interface QueueDraft {
  name: string
  team_id: number | null
  strategy: string
  settings: Record<string, unknown>
  ring_minutes: number | null
  overflow_queue_id: number | null
  overflow_minutes: number | null
  calendar_id: number | null
  nobody_text: string
}

export interface RuleDraft {
  name: string
  condition: Tree
  queue_id: number | null
  skills: SkillLevel[]
  priority: 1 | 2 | 3 | 4 | null
}

export function queueDraft(queue: Queue | null): QueueDraft {
  if (queue === null)
    return {
      name: '',
      team_id: null,
      strategy: 'least_loaded',
      settings: {},
      ring_minutes: null,
      overflow_queue_id: null,
      overflow_minutes: null,
      calendar_id: null,
      nobody_text: '',
    }
  const { name, strategy, ring_minutes, overflow_queue_id, overflow_minutes, calendar_id } = queue
  // By JSON, not `structuredClone`: what is given may be reactive.
  const settings = JSON.parse(JSON.stringify(queue.settings)) as Record<string, unknown>
  return {
    name,
    team_id: queue.team?.id ?? null,
    strategy,
    settings,
    ring_minutes,
    overflow_queue_id,
    overflow_minutes,
    calendar_id,
    nobody_text: queue.nobody_text ?? '',
  }
}

/** What is sent: an overflow without a queue has no minutes, and what is said outside of hours needs some. */
export function queueContent(draft: QueueDraft): QueueContent {
  const minutes = draft.overflow_queue_id === null ? null : draft.overflow_minutes
  const text = draft.calendar_id === null ? null : draft.nobody_text.trim() || null
  return { ...draft, overflow_minutes: minutes, nobody_text: text }
}

export function ruleDraft(rule: Rule | null): RuleDraft {
  if (rule === null) return { name: '', condition: { all: [] }, queue_id: null, skills: [], priority: null }
  const { name, condition, queue_id, skills, priority } = rule
  return JSON.parse(JSON.stringify({ name, condition, queue_id, skills, priority })) as RuleDraft
}

export const ruleContent = (draft: RuleDraft, condition: Tree): RuleContent => ({ ...draft, condition })

/** The queues that one may overflow into: not itself, and none from which it would come back. */
export function overflowTargets(queues: readonly Queue[], id: number | null): Queue[] {
  const next = new Map(queues.map((queue) => [queue.id, queue.overflow_queue_id]))
  const leadsBack = (from: number): boolean => {
    let at: number | null = from
    for (let step = 0; at !== null && step <= queues.length; step += 1) {
      if (at === id) return true
      at = next.get(at) ?? null
    }
    return false
  }
  return queues.filter((queue) => id === null || !leadsBack(queue.id))
}

/** Where one lands that is moved by so many places; null where it stays. */
export function movedTo(count: number, from: number, by: number): number | null {
  const to = Math.max(0, Math.min(count - 1, from + by))
  return to === from ? null : to
}

export const levelOf = (setup: Setup, operatorId: number, skillId: number): number =>
  setup.people.find((one) => one.operator_id === operatorId)?.skills.find((one) => one.skill_id === skillId)
    ?.level ?? 0

/** All that somebody can do after one level was chosen; 0 takes it away. */
export function withLevel(had: readonly SkillLevel[], skillId: number, level: number): SkillLevel[] {
  const others = had.filter((one) => one.skill_id !== skillId)
  return level === 0 ? others : [...others, { skill_id: skillId, level }]
}

/** Weight of somebody in a queue's settings; who is not named counts 1. */
export function weightOf(settings: Record<string, unknown>, operatorId: number): number {
  const weights = (settings['weights'] ?? []) as { operator_id: number; weight: number }[]
  return weights.find((one) => one.operator_id === operatorId)?.weight ?? 1
}

export function withWeight(
  settings: Record<string, unknown>,
  operatorId: number,
  weight: number,
): Record<string, unknown> {
  const weights = (settings['weights'] ?? []) as { operator_id: number; weight: number }[]
  const others = weights.filter((one) => one.operator_id !== operatorId)
  return { weights: weight === 1 ? others : [...others, { operator_id: operatorId, weight }] }
}
