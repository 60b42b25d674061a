/** What the server wrote into the page: a JSON data block, read once at start. */

import type { Locale } from '@/api/contract'

export interface BootData {
  locale: Locale
  /** A demo installation: its logins were printed where it was started. */
  demo: boolean
  /** The page on which one plays the customer; only a demo has one. */
  sandboxUrl: string | null
}

const FALLBACK: BootData = { locale: 'zh-CN', demo: false, sandboxUrl: null }

export function readBoot(source: Document = document): BootData {
  const block = source.getElementById('boot')
  if (!block?.textContent) return FALLBACK
  const data = JSON.parse(block.textContent) as {
    locale?: string
    demo?: boolean
    sandbox_url?: string | null
  }
  return {
    locale: data.locale === 'en' ? 'en' : 'zh-CN',
    demo: data.demo === true,
    sandboxUrl: data.sandbox_url ?? null,
  }
}
