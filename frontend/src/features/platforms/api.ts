/** What the server says about each platform: abilities, limits, what connecting asks for. */

import { body, client } from '@/api/client'
import type { Locale } from '@/api/contract'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type FormFieldView = Schemas['FormFieldView']
export type PlatformView = Schemas['PlatformView']
export type PlatformLimits = Schemas['PlatformLimitsView']
export type TextLimit = Schemas['MostTextView']
export type MediaLimit = Schemas['MostMediaView']
export type WindowRule = Schemas['WindowRuleView']
export type QuotaRule = Schemas['QuotaRuleView']

export function listPlatforms(): Promise<Schemas['PlatformList']> {
  return body(client.GET('/platforms'))
}

/** The texts of adapters are keyed `zh` and `en`. */
export function wordsIn(texts: Record<string, string>, locale: Locale): string {
  return (locale === 'en' ? texts['en'] : texts['zh']) || texts['zh'] || texts['en'] || ''
}
