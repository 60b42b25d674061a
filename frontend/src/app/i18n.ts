/** Simplified Chinese first; English is loaded when somebody asks for it. */

import { createI18n } from 'vue-i18n'

import { setLanguage } from '@/api/http'
import type { Locale } from '@/api/contract'
import zhCN from '@/locales/zh-CN.json'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zhCN } as Record<Locale, typeof zhCN>,
})

export async function useLocale(locale: Locale): Promise<void> {
  if (locale === 'en' && !i18n.global.availableLocales.includes('en')) {
    const english = (await import('@/locales/en.json')).default
    i18n.global.setLocaleMessage('en', english)
  }
  i18n.global.locale.value = locale
  setLanguage(locale)
  document.documentElement.lang = locale
}

export function currentLocale(): Locale {
  return i18n.global.locale.value === 'en' ? 'en' : 'zh-CN'
}
