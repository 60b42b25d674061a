/** Lengths of working time and steps of an escalation, in the reader's language. */

import { useI18n } from 'vue-i18n'

import type { Policy } from './api'
import { lengthOf } from './policyModel'

export function usePolicyWords() {
  const { t } = useI18n()

  function length(minutes: number): string {
    const { amount, unit } = lengthOf(minutes)
    return t(`levels.length.${unit}`, { n: amount })
  }

  function moment(step: { at: 'warning' | 'missed'; after_minutes?: number }): string {
    if (step.at === 'missed' && step.after_minutes)
      return t('levels.afterMissed', { length: length(step.after_minutes) })
    return t(`levels.at.${step.at}`)
  }

  function whom(step: Policy['steps'][number]): string {
    const named = step.people.map((person) => person.name ?? t('levels.gone'))
    const groups = [...(step.holder ? [t('levels.holder')] : []), ...(step.leads ? [t('levels.leads')] : [])]
    return [...groups, ...named].join(t('common.listSeparator'))
  }

  return { length, moment, whom }
}
