/** The stream's filters as they stand in the address. Pure functions. */

import type { LocationQuery, LocationQueryRaw } from 'vue-router'

import type { InboundQuery } from '@/api/endpoints'
import { queryString } from '@/api/http'
import { INTENTS } from '@/features/review/api'

/** What the tabs offer; `review` is what a person should look at. */
export const TABS = ['all', 'kept', 'review', 'dropped', 'pending'] as const
export type Tab = (typeof TABS)[number]
export type Filter =
  | 'outcome'
  | 'reason'
  | 'account'
  | 'monitor'
  | 'mood'
  | 'intent'
  | 'repeats'
  | 'cluster'
  | 'q'
  | 'when'
  | 'saved'
export const MOODS = { negative: -1, neutral: 0, positive: 1 } as const
export type Mood = keyof typeof MOODS

function number(value: unknown): number | null {
  const parsed = Number(value)
  return Number.isInteger(parsed) && parsed > 0 ? parsed : null
}

export function tabOf(address: LocationQuery): Tab {
  return TABS.find((tab) => tab === address['outcome']) ?? 'all'
}

export function moodOf(address: LocationQuery): Mood | null {
  const { mood } = address
  return mood === 'negative' || mood === 'neutral' || mood === 'positive' ? mood : null
}

export function queryOf(address: LocationQuery): InboundQuery {
  const { reason, account, monitor, intent, repeats, cluster, q, when, saved } = address
  const tab = tabOf(address)
  const mood = moodOf(address)
  return {
    outcome: tab === 'all' || tab === 'review' ? null : tab,
    review: tab === 'review',
    reason: typeof reason === 'string' ? reason : null,
    account_id: number(account),
    monitor_id: number(monitor),
    sentiment: mood === null ? null : MOODS[mood],
    intent: INTENTS.find((known) => known === intent) ?? null,
    cluster_of: number(cluster),
    hide_repeats: repeats === 'folded',
    q: typeof q === 'string' ? q : '',
    condition: typeof when === 'string' && when !== '' ? when : null,
    saved_view_id: number(saved),
  }
}

/** The stream that a kept view shows: its own filters, nothing else. */
export function savedQuery(viewId: number): LocationQueryRaw {
  return { saved: String(viewId) }
}

/** Whether anything but the whole stream is shown. */
export function isNarrowed(query: InboundQuery): boolean {
  return queryString({ ...query }) !== ''
}
