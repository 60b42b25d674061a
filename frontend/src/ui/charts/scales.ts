/** Axes whose steps are what people count by: whole minutes, hours and days, quarters of a whole. */

import type { Locale } from '@/api/contract'

/** In the values' own unit. */
export interface Scale {
  most: number
  step: number
  say: (value: number) => string
}

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400
/** An axis has no more steps than that. */
const STEPS = 4
const UNITS: readonly { seconds: number; counts: readonly number[]; zh: string; en: string }[] = [
  { seconds: 1, counts: [1, 5, 10, 20, 30], zh: '秒', en: 's' },
  { seconds: MINUTE, counts: [1, 2, 5, 10, 15, 20, 30], zh: '分', en: 'min' },
  { seconds: HOUR, counts: [1, 2, 3, 4, 6, 8, 12], zh: '时', en: 'h' },
  { seconds: DAY, counts: [1, 2, 5, 7, 10, 14, 30, 60, 90, 180, 365], zh: '天', en: 'd' },
]

/** For lengths of time in seconds: the smallest step that reaches the longest of them. */
export function timeScale(longest: number, locale: Locale): Scale {
  for (const unit of UNITS)
    for (const count of unit.counts) {
      const step = unit.seconds * count
      if (step * STEPS < longest) continue
      const word = locale === 'zh-CN' ? unit.zh : unit.en
      const most = Math.max(1, Math.ceil(longest / step)) * step
      return { step, most, say: (value) => (value === 0 ? '0' : `${value / unit.seconds} ${word}`) }
    }
  const step = Math.ceil(longest / STEPS / (DAY * 365)) * DAY * 365
  return { step, most: step * STEPS, say: (value) => `${value / DAY} ${locale === 'zh-CN' ? '天' : 'd'}` }
}

/** For parts of a whole. */
export const SHARES: Scale = { most: 1, step: 0.25, say: (value) => `${Math.round(value * 100)}%` }
