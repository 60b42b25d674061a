/** The sentence of an alert, from its figures. */

import { useI18n } from 'vue-i18n'

import type { AlertView } from './api'
import { percent, times } from './topicModel'

export function useAlertWords(): (alert: AlertView) => string {
  const { t } = useI18n()
  return (alert) => {
    const name = alert.account.name
    if (alert.kind === 'negative_share')
      return t('alert.negative', {
        name,
        share: percent(alert.value),
        n: alert.negative,
        of: alert.posts,
        usual: percent(alert.baseline),
      })
    const factor = times(alert)
    if (factor !== null) return t('alert.volume', { name, times: factor, n: alert.posts })
    return t('alert.volumeNew', { name, n: alert.posts, usual: Math.round(alert.baseline * 10) / 10 })
  }
}
