/** Simplified Chinese first; English is loaded when somebody asks for it. */

import { createI18n } from 'vue-i18n'

import { setLanguage } from '@/api/http'
import type { Locale } from '@/api/contract'
import { chinese, type Texts } from './messages'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': chinese } as Record<Locale, typeof chinese>,
  missing: (_locale, key) => wordsInstead(key),
})

/** The Chinese words of a room whose screens are here now. English is one file, with all of them in it. */
export function addChinese(texts: Texts): void {
  i18n.global.mergeLocaleMessage('zh-CN', texts)
}

/**
 * What is said of a code that has no words here, as a server newer than the page may send: what its family says of
 * anything else, never the key. That every code of today has words is tested.
 */
function wordsInstead(key: string): string {
  const family = key.slice(0, key.lastIndexOf('.'))
  const words = [`${family}.other`, `${family}.unknown`, 'common.other']
  return i18n.global.t(words.find((name) => i18n.global.te(name)) ?? 'app.name')
}

/** `wanted` is a language's name as the server says it; one we do not have is Chinese. */
export async function useLocale(wanted: string): Promise<void> {
  const locale: Locale = wanted === 'en' ? 'en' : 'zh-CN'
  if (locale === 'en' && !i18n.global.availableLocales.includes('en')) {
    const { english } = await import('./messages.en')
    i18n.global.setLocaleMessage('en', english)
  }
  i18n.global.locale.value = locale
  setLanguage(locale)
  document.documentElement.lang = locale
}

export function currentLocale(): Locale {
  return i18n.global.locale.value === 'en' ? 'en' : 'zh-CN'
}
