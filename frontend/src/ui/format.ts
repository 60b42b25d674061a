/** Times and numbers as people read them. Pure functions; words come from the locale files. */

import type { Locale } from '@/api/contract'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

function sameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate()
}

/** `11:20` today, `5 月 28 日` this year, with the year before that. */
export function shortTime(iso: string, nowMs: number, locale: Locale): string {
  const then = new Date(iso)
  const today = new Date(nowMs)
  if (sameDay(then, today)) return clockTime(iso)
  const sameYear = then.getFullYear() === today.getFullYear()
  if (locale === 'zh-CN') {
    const day = `${then.getMonth() + 1} 月 ${then.getDate()} 日`
    return sameYear ? day : `${then.getFullYear()} 年 ${day}`
  }
  const options: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric' }
  if (!sameYear) options.year = 'numeric'
  return new Intl.DateTimeFormat('en-GB', options).format(then)
}

/** `11:20`, or with the day in front when it was not today. */
export function messageTime(iso: string, nowMs: number, locale: Locale): string {
  const day = shortTime(iso, nowMs, locale)
  const time = clockTime(iso)
  return day === time ? time : `${day} ${time}`
}

export function clockTime(iso: string): string {
  const then = new Date(iso)
  return `${pad(then.getHours())}:${pad(then.getMinutes())}`
}

/** The whole truth for a tooltip: date, time to the second, zone. */
export function fullTime(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale === 'zh-CN' ? 'zh-CN' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'long',
  }).format(new Date(iso))
}

/** `6:12` below an hour, `1 时 12 分` below a day, `3 天 4 时` above. Negative spans count as their size. */
export function span(ms: number, locale: Locale): string {
  const size = Math.abs(ms)
  const zh = locale === 'zh-CN'
  if (size < HOUR) return `${Math.floor(size / MINUTE)}:${pad(Math.floor((size % MINUTE) / 1000))}`
  if (size < DAY) {
    const hours = Math.floor(size / HOUR)
    const minutes = Math.floor((size % HOUR) / MINUTE)
    return zh ? `${hours} 时 ${minutes} 分` : `${hours} h ${minutes} min`
  }
  const days = Math.floor(size / DAY)
  const hours = Math.floor((size % DAY) / HOUR)
  return zh ? `${days} 天 ${hours} 时` : `${days} d ${hours} h`
}

/** One unit only, for places where the second would be noise: `52 分`, `46 时`, `3 天`. */
export function roughSpan(ms: number, locale: Locale): string {
  const size = Math.abs(ms)
  const zh = locale === 'zh-CN'
  if (size < MINUTE) return zh ? `${Math.floor(size / 1000)} 秒` : `${Math.floor(size / 1000)} s`
  if (size < HOUR) return zh ? `${Math.floor(size / MINUTE)} 分` : `${Math.floor(size / MINUTE)} min`
  if (size < 3 * DAY) return zh ? `${Math.floor(size / HOUR)} 时` : `${Math.floor(size / HOUR)} h`
  return zh ? `${Math.floor(size / DAY)} 天` : `${Math.floor(size / DAY)} d`
}

/** `01:42` or `3:05:09`: how long something has lasted. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const hours = Math.floor(seconds / 3600)
  const rest = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`
  return hours > 0 ? `${hours}:${rest}` : rest
}

/** `1,204`, `3.6万`, `1.2亿`; in English `36K`, `1.2M`. */
export function bigNumber(value: number, locale: Locale): string {
  if (locale === 'en') {
    return new Intl.NumberFormat('en', {
      notation: value >= 10_000 ? 'compact' : 'standard',
      maximumFractionDigits: 1,
    }).format(value)
  }
  if (value >= 100_000_000) return `${trimZero(value / 100_000_000)}亿`
  if (value >= 10_000) return `${trimZero(value / 10_000)}万`
  return new Intl.NumberFormat('zh-CN').format(value)
}

function trimZero(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}
