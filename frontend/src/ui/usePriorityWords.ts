import { useI18n } from 'vue-i18n'

/** The parts a priority is the sum of, in the reader's language; a part without a word is left out. */
export function usePriorityWords(): (parts: readonly string[]) => string {
  const i18n = useI18n()
  const { t } = i18n
  return (parts) =>
    parts
      .map((part) => `priorityPart.${part}`)
      .filter((key) => i18n.te(key))
      .map((key) => t(key))
      .join(t('common.listSeparator'))
}
