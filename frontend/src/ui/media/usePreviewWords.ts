/** One line for a message: its words; with none, what was sent is all there is. */

import { useI18n } from 'vue-i18n'

import { knownKind } from './mediaModel'

export function usePreviewWords(): (preview: { text: string; medium: string | null }) => string {
  const { t } = useI18n()
  /** What an adapter writes for a type that it cannot read names it in the platform's terms. */
  const own = (text: string, medium: string | null): string =>
    medium !== null && knownKind(medium) === 'unknown' && text.startsWith('[') ? '' : text
  return ({ text, medium }) =>
    own(text, medium) || (medium === null ? '' : t('media.inList', { kind: t(`media.${knownKind(medium)}`) }))
}
