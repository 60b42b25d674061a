/** A code without words, as a server newer than the page may send: a plain word, never the key. */

import { afterEach, describe, expect, it } from 'vitest'

import { i18n, useLocale } from '@/app/i18n'

afterEach(() => useLocale('zh-CN'))

describe('a code without words', () => {
  it('is told as its family tells anything else', async () => {
    expect(i18n.global.t('type.never_heard_of')).toBe('其他')
    expect(i18n.global.t('kind.never_heard_of')).toBe('其他类型')
    expect(i18n.global.t('excluded.never_heard_of')).toBe('其他')
    await useLocale('en')
    expect(i18n.global.t('type.never_heard_of')).toBe('Other')
  })

  it('of today has none: every type of request is named', async () => {
    expect(i18n.global.t('type.spam')).toBe('垃圾')
    await useLocale('en')
    expect(i18n.global.t('type.spam')).toBe('Spam')
  })
})
