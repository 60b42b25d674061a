/** A rule as its editor holds it: blank acts, lengths, faults beside what they are about, why it cannot be switched on. */

import { describe, expect, it } from 'vitest'

import type { ActionKind, Rule } from '@/features/automation/api'
import {
  below,
  blankAction,
  draftOf,
  lengthOf,
  minutesOf,
  newDraft,
  whyNot,
} from '@/features/automation/ruleModel'

const KINDS: ActionKind[] = [
  'assign',
  'move_to_team',
  'notify',
  'set_priority',
  'set_type',
  'set_status',
  'add_note',
  'send_reply',
  'add_to_list',
  'call_hook',
]

function rule(part: Partial<Rule>): Rule {
  return { standing: 'fine', dry_run: null, ...part } as Rule
}

describe('a rule in its editor', () => {
  it('has a blank act of every kind', () => {
    for (const kind of KINDS) expect(blankAction(kind).kind).toBe(kind)
  })

  it('says a length in the largest unit without a rest', () => {
    expect(lengthOf(4320)).toEqual({ amount: 3, unit: 'days' })
    expect(lengthOf(90)).toEqual({ amount: 90, unit: 'minutes' })
    expect(lengthOf(120)).toEqual({ amount: 2, unit: 'hours' })
    expect(lengthOf(0)).toEqual({ amount: 0, unit: 'minutes' })
    expect(minutesOf(3, 'days')).toBe(4320)
    expect(minutesOf(-1, 'hours')).toBe(0)
  })

  it('is a copy: what is typed does not reach what was given', () => {
    const given = newDraft()
    const draft = draftOf(given)
    draft.actions.push(blankAction('assign'))
    expect(given.actions).toHaveLength(1)
  })

  it('puts each fault beside its part', () => {
    const faults = { 'actions.0.text': 'a', 'actions.1.url': 'b', name: 'c' }
    expect(below(faults, 'actions.1')).toEqual({ url: 'b' })
  })

  it('says why it cannot be switched on', () => {
    const tried = { is_current: true } as Rule['dry_run']
    expect(whyNot(rule({}))).toBe('untried')
    expect(whyNot(rule({ dry_run: { ...tried, is_current: false } as Rule['dry_run'] }))).toBe('untried')
    expect(whyNot(rule({ dry_run: tried }))).toBeNull()
    expect(whyNot(rule({ dry_run: tried, standing: 'broken' }))).toBe('broken')
    expect(whyNot(rule({ dry_run: tried, standing: 'too_many' }))).toBeNull()
  })
})
