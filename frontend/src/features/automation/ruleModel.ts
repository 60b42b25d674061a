/** A rule as its editor holds it. Pure functions. */

import type { Tree } from '@/features/conditions/tree'
import type { Action, ActionKind, Rule, RuleContent, Trigger } from './api'

export interface Draft {
  name: string
  trigger: Trigger
  condition: Tree
  actions: Action[]
  hourly_limit: number
}

export const MOST_ACTIONS = 10
export const USUAL_AN_HOUR = 100
export const PRIORITIES = [1, 2, 3, 4] as const
export const TYPES = ['complaint', 'consult', 'lead', 'suggestion', 'praise', 'other'] as const
export const STATUSES = ['open', 'pending', 'on_hold', 'resolved'] as const
export const LISTS = ['vip', 'do_not_disturb', 'do_not_serve', 'blocked', 'staff'] as const
const UNITS = { minutes: 1, hours: 60, days: 1440 } as const
export type Unit = keyof typeof UNITS

export function newDraft(): Draft {
  return {
    name: '',
    trigger: { kind: 'event', event: 'request_opened' },
    condition: { all: [] },
    actions: [{ kind: 'add_note', text: '' }],
    hourly_limit: USUAL_AN_HOUR,
  }
}

export function draftOf(content: Rule | RuleContent): Draft {
  const { name, trigger, condition, actions, hourly_limit } = content
  // By JSON, not `structuredClone`: what is given may be reactive.
  return JSON.parse(JSON.stringify({ name, trigger, condition, actions, hourly_limit })) as Draft
}

/** An action as it is before anybody has said more than its kind. */
export function blankAction(kind: ActionKind): Action {
  switch (kind) {
    case 'assign':
      return { kind, operator_id: null }
    case 'move_to_team':
      return { kind, team_id: 0 }
    case 'notify':
      return { kind, operator_id: null, leads: false }
    case 'set_priority':
      return { kind, priority: 1 }
    case 'set_type':
      return { kind, type: 'complaint' }
    case 'set_status':
      return { kind, status: 'resolved' }
    case 'add_note':
    case 'send_reply':
      return { kind, text: '' }
    case 'add_to_list':
      return { kind, list: 'vip', note: '' }
    case 'call_hook':
      return { kind, url: 'https://' }
  }
}

/** A number of minutes in the largest unit that says it without a rest. */
export function lengthOf(minutes: number): { amount: number; unit: Unit } {
  for (const unit of ['days', 'hours'] as const)
    if (minutes > 0 && minutes % UNITS[unit] === 0) return { amount: minutes / UNITS[unit], unit }
  return { amount: minutes, unit: 'minutes' }
}

export function minutesOf(amount: number, unit: Unit): number {
  return Math.max(0, Math.round(amount)) * UNITS[unit]
}

/** The paths below one part of the command, without what leads there. */
export function below(faults: Record<string, string>, path: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(faults)
      .filter(([where]) => where.startsWith(`${path}.`))
      .map(([where, words]) => [where.slice(path.length + 1), words]),
  )
}

/** Why a rule cannot be switched on as it stands; null when it can. */
export function whyNot(rule: Rule): 'broken' | 'owner_gone' | 'untried' | null {
  if (rule.standing === 'broken' || rule.standing === 'owner_gone') return rule.standing
  return rule.dry_run?.is_current === true ? null : 'untried'
}
