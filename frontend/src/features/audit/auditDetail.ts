/** What was recorded with an act, in words: names and values as they are kept, without brackets and codes where there are words. */

import type { Words } from '@/ui/kit/columns'

type Detail = Record<string, unknown>

export function saidOf(detail: Detail, { t, te, locale }: Words): string {
  const name = (key: string): string => (te(`audit.key.${key}`) ? t(`audit.key.${key}`) : key)
  const gap = locale === 'zh-CN' ? '：' : ': '
  const pause = locale === 'zh-CN' ? '、' : ', '

  function value(kept: unknown): string {
    if (kept === null || kept === '') return t('audit.none')
    if (typeof kept === 'string') return kept
    if (typeof kept === 'boolean') return t(kept ? 'audit.yes' : 'audit.no')
    if (Array.isArray(kept)) return kept.length === 0 ? t('audit.none') : kept.map(value).join(pause)
    if (typeof kept === 'object') return pairs(kept as Detail).join(pause)
    return JSON.stringify(kept)
  }

  function pairs(kept: Detail): string[] {
    return Object.entries(kept).map(([key, held]) => `${name(key)}${gap}${value(held)}`)
  }

  return pairs(detail).join(' · ')
}
