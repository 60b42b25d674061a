/** A judgement in words: what kind of post, which mood, whether somebody must act. */

import { useI18n } from 'vue-i18n'

export interface Judgement {
  intent: string
  sentiment: number
  needs_service: boolean
}

export function useJudgementWords() {
  const { t } = useI18n()

  function intentName(intent: string): string {
    return t(`type.${intent}`)
  }

  function mood(sentiment: number): string {
    if (sentiment === 0) return t('sentiment.neutral')
    return sentiment < 0 ? t('sentiment.negative') : t('sentiment.positive')
  }

  function judgement(said: Judgement): string {
    return [
      intentName(said.intent),
      mood(said.sentiment),
      said.needs_service ? t('listener.service') : t('listener.noService'),
    ].join(t('common.comma'))
  }

  return { intentName, judgement }
}
