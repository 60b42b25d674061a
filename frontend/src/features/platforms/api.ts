/** What the server says about each platform: abilities, limits, what connecting asks for. */

import { call } from '@/api/http'
import type { Locale, Platform } from '@/api/contract'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export interface TextLimit {
  limit: number
  unit: string
}

export interface MediaLimit {
  max_bytes: number
  mime_types: string[]
  per_message: number
}

export interface WindowRule {
  trigger: string
  seconds: number
  allowance: number | null
}

export interface QuotaRule {
  name: string
  limit: number
  seconds: number
  scope: string
}

export interface PlatformLimits {
  text_limits: Record<string, TextLimit>
  media_out: Record<string, MediaLimit>
  media_in: string[]
  window_rules: WindowRule[]
  after_window: string[]
  quotas: QuotaRule[]
  idempotency: string
  min_poll_seconds: number
}

export type FormFieldView = Schemas['FormFieldView']
export type PlatformView = Omit<Schemas['PlatformView'], 'platform' | 'limits'> & { platform: Platform; limits: PlatformLimits }

export function listPlatforms(): Promise<{ items: PlatformView[] }> {
  return call<{ items: PlatformView[] }>('GET', '/platforms')
}

/** The texts of adapters are keyed `zh` and `en`. */
export function wordsIn(texts: Record<string, string>, locale: Locale): string {
  return (locale === 'en' ? texts['en'] : texts['zh']) || texts['zh'] || texts['en'] || ''
}
