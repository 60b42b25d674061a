import { describe, expect, it } from 'vitest'

import type { MonitorView } from '@/features/monitors/api'
import { subjectOf } from '@/features/monitors/filterSubject'
import {
  addTokens,
  bodyOf,
  changes,
  emptyBody,
  everyDay,
  groupProblems,
  isEmptyRule,
  synonymLines,
  synonymsOf,
} from '@/features/monitors/ruleModel'

describe('editing a monitor', () => {
  it('takes words apart at commas of both languages and keeps each once', () => {
    expect(addTokens(['断网'], ' 没网，宽带、断网;光猫 红灯\n')).toEqual([
      '断网',
      '没网',
      '宽带',
      '光猫 红灯',
    ])
    expect(addTokens(['断网'], '  ')).toEqual(['断网'])
  })

  it('counts each changed part of the rule as one', () => {
    const saved = emptyBody()
    const now = { ...emptyBody(), name: '断网', rule: { ...emptyBody().rule, any: ['断网'], none: ['抽奖'] } }
    expect([changes(saved, emptyBody()), changes(now, saved)]).toEqual([0, 3])
  })

  it('does not take exclusions alone for a rule', () => {
    const { rule } = emptyBody()
    expect(isEmptyRule({ ...rule, none: ['抽奖'] })).toBe(true)
    expect(isEmptyRule({ ...rule, expression: 'a AND b' })).toBe(false)
  })

  it('writes spellings as lines and reads them back, leaving out half a pair', () => {
    const synonyms = { 宽带: ['宽代', '光纤'], 断网: ['断往'] }
    expect(synonymsOf(synonymLines(synonyms))).toEqual(synonyms)
    expect(synonymsOf('宽带＝宽代，宽代\n断网\n = 断往\n流量 =')).toEqual({ 宽带: ['宽代'] })
  })

  it('shows saved times as the form edits them, so that nothing counts as changed', () => {
    const { rule, account_ids, kinds, filters, is_active, is_competitor, priority } = emptyBody()
    const saved: MonitorView = {
      rule,
      account_ids,
      kinds,
      filters,
      is_active,
      is_competitor,
      priority,
      id: 1,
      name: '夜间',
      team: null,
      today: { hits: 0, kept: 0 },
      week: { hits: 0, kept: 0 },
      updated_at: '2026-05-01T00:00:00Z',
      version: 1,
      schedule: { days: [6], begin: '22:00:00', end: null },
    }
    expect(bodyOf(saved).schedule).toEqual({ days: [6], begin: '22:00', end: null })
    expect(changes(bodyOf(saved), bodyOf(saved))).toBe(0)
  })

  it('fills days without hits, by the calendar of China', () => {
    const found = [{ day: '2026-05-02', hits: 4, kept: 1 }]
    const late = Date.parse('2026-05-02T17:00:00Z') // already the 3rd in China
    expect(everyDay(found, 3, late)).toEqual([
      { day: '2026-05-01', hits: 0, kept: 0 },
      found[0],
      { day: '2026-05-03', hits: 0, kept: 0 },
    ])
  })

  it('reads whose filter is tried from the address', () => {
    expect(subjectOf({ monitor: '4' })).toEqual({ kind: 'monitor', id: 4 })
    expect([subjectOf({ account: '0' }), subjectOf({})]).toEqual([null, null])
  })

  it('finds the word a refusal speaks of', () => {
    const fields = {
      'rule.any.2': 'term_too_long',
      'rule.any': 'too_many_terms',
      'rule.all.0': 'term_too_short',
    }
    expect(groupProblems(fields, 'any')).toEqual([
      { position: 2, code: 'term_too_long' },
      { position: null, code: 'too_many_terms' },
    ])
  })
})
