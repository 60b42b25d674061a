import { describe, expect, it } from 'vitest'

import { addTokens, changes, emptyBody, groupProblems, isEmptyRule } from '@/features/monitors/ruleModel'

describe('editing a monitor', () => {
  it('takes words apart at commas of both languages and keeps each once', () => {
    expect(addTokens(['断网'], ' 没网，宽带、断网;光猫 红灯\n')).toEqual(['断网', '没网', '宽带', '光猫 红灯'])
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

  it('finds the word a refusal speaks of', () => {
    const fields = { 'rule.any.2': 'term_too_long', 'rule.any': 'too_many_terms', 'rule.all.0': 'term_too_short' }
    expect(groupProblems(fields, 'any')).toEqual([
      { position: 2, code: 'term_too_long' },
      { position: null, code: 'too_many_terms' },
    ])
  })
})
