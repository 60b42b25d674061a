/** The order of alerts and the figures their sentences need. Pure functions. */

import type { AlertView, Hour, TopicView } from './api'

/** Newest first; those that nobody has taken on before the others. */
export function ordered(alerts: AlertView[]): AlertView[] {
  return [...alerts].sort(
    (a, b) =>
      Number(a.acknowledged_at !== null) - Number(b.acknowledged_at !== null) ||
      Date.parse(b.raised_at) - Date.parse(a.raised_at) ||
      b.id - a.id,
  )
}

/** How many times what is usual; null while the usual is too small to compare with. */
export function times(alert: Pick<AlertView, 'value' | 'baseline'>): number | null {
  return alert.baseline >= 1 ? Math.round((alert.value / alert.baseline) * 10) / 10 : null
}

export function percent(value: number): number {
  return Math.round(value * 100)
}

export function negativeShare(topic: Pick<TopicView, 'item_count' | 'negative_count'>): number {
  return topic.item_count === 0 ? 0 : topic.negative_count / topic.item_count
}

export interface Series {
  hours: string[]
  negative: number[]
  other: number[]
  baseline: (number | null)[]
}

export function seriesOf(items: Hour[]): Series {
  return {
    hours: items.map((item) => item.hour),
    negative: items.map((item) => item.negative),
    other: items.map((item) => Math.max(0, item.posts - item.negative)),
    baseline: items.map((item) => item.baseline ?? null),
  }
}

export function totals(items: Hour[]): { posts: number; negative: number } {
  return {
    posts: items.reduce((sum, item) => sum + item.posts, 0),
    negative: items.reduce((sum, item) => sum + item.negative, 0),
  }
}
