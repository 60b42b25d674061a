/** The capability matrix as groups of rows, and the figures of limits in words. Pure functions. */

import type { Locale } from '@/api/contract'
import type { PlatformView } from './api'

const GROUPS: Record<string, readonly string[]> = {
  listen: [
    'mentions',
    'comments',
    'private_messages',
    'own_posts',
    'search',
    'media_in',
    'push',
    'poll',
    'reread',
  ],
  serve: ['reply_public', 'reply_private', 'media_out', 'templates', 'delete'],
  publish: ['publish', 'repost', 'metrics'],
  people: ['authors', 'author_profile', 'followers', 'following', 'follow_requests', 'fan_trend', 'tags'],
  connect: ['oauth_connect'],
}

export interface FeatureGroup {
  name: string
  features: string[]
}

/** Every feature that any platform names, in groups; one we have no group for comes last. */
export function featureGroups(platforms: PlatformView[]): FeatureGroup[] {
  const named = [...new Set(platforms.flatMap((platform) => Object.keys(platform.features)))]
  const grouped = new Set(Object.values(GROUPS).flat())
  const groups = Object.entries(GROUPS).map(([name, features]) => ({
    name,
    features: features.filter((feature) => named.includes(feature)),
  }))
  groups.push({ name: 'other', features: named.filter((feature) => !grouped.has(feature)) })
  return groups.filter((group) => group.features.length > 0)
}

/** How many of the features a platform has. */
export function share(platform: PlatformView): { has: number; of: number } {
  const values = Object.values(platform.features)
  return { has: values.filter(Boolean).length, of: values.length }
}

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/** `48 小时`, `1 分钟`, `1 天`: the largest unit that divides evenly; a day and a half stays in hours. */
export function period(seconds: number, locale: Locale): string {
  const zh = locale === 'zh-CN'
  if (seconds >= 3 * DAY && seconds % DAY === 0) return zh ? `${seconds / DAY} 天` : `${seconds / DAY} d`
  if (seconds >= HOUR && seconds % HOUR === 0) return zh ? `${seconds / HOUR} 小时` : `${seconds / HOUR} h`
  if (seconds >= MINUTE && seconds % MINUTE === 0)
    return zh ? `${seconds / MINUTE} 分钟` : `${seconds / MINUTE} min`
  return zh ? `${seconds} 秒` : `${seconds} s`
}

/** `5 MB`; the platforms count in powers of two. */
export function bytes(count: number): string {
  const mega = count / 1024 / 1024
  if (mega >= 1) return `${Number.isInteger(mega) ? mega : mega.toFixed(1)} MB`
  return `${Math.round(count / 1024)} KB`
}
