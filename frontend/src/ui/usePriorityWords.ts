import { useI18n } from 'vue-i18n'

import { priorityWords } from './priority'

/** `priorityWords` in the reader's language. */
export function usePriorityWords(): (reason: string) => string {
  const { t } = useI18n()
  return (reason) => priorityWords(reason, t, t('common.listSeparator'))
}
