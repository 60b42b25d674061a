import { useI18n } from 'vue-i18n'

/** What to do about an account's state, from the adapter's code. */
export function useAdvice(): (code: string) => string {
  const i18n = useI18n()
  const { t } = i18n
  return (code) => t(i18n.te(`advice.${code}`) ? `advice.${code}` : 'advice.other')
}
