/** Whose filter is tried: an account's, or the own one of a monitor. Read, tried and kept the same way. */

import type { LocationQuery } from 'vue-router'

import {
  filtersApi,
  monitorsApi,
  type MonitorView,
  type Span,
  type Step,
  type TrialStep,
  type TrialView,
} from './api'
import { bodyOf } from './ruleModel'

export type Subject = { kind: 'account' | 'monitor'; id: number }

export interface FilterSettings {
  steps: Step[]
  is_default: boolean
  version: number | null
}

/** `?account=3` or `?monitor=5`. */
export function subjectOf(address: LocationQuery): Subject | null {
  for (const kind of ['account', 'monitor'] as const) {
    const id = Number(address[kind])
    if (Number.isInteger(id) && id > 0) return { kind, id }
  }
  return null
}

export function stepsOf(settings: FilterSettings | null): TrialStep[] {
  return (settings?.steps ?? []).map(({ name, enabled, threshold, review_from }) => ({
    name,
    enabled,
    threshold,
    review_from,
  }))
}

export function readFilter({ kind, id }: Subject): Promise<FilterSettings> {
  return kind === 'account' ? filtersApi.ofAccount(id) : filtersApi.ofMonitor(id)
}

export function tryFilter({ kind, id }: Subject, steps: TrialStep[], days: Span): Promise<TrialView> {
  return filtersApi.trial(
    { account_id: kind === 'account' ? id : null, monitor_id: kind === 'monitor' ? id : null },
    steps,
    days,
  )
}

/** No steps: the subject's own settings end, and the usual ones (of a monitor: its accounts') hold again. */
export async function keepFilter(
  { kind, id }: Subject,
  steps: TrialStep[],
  version: number | null,
): Promise<FilterSettings> {
  if (kind === 'account') return filtersApi.setForAccount(id, steps, version)
  const monitor: MonitorView = await monitorsApi.get(id)
  await monitorsApi.edit(id, { ...bodyOf(monitor), filters: { steps } }, version ?? monitor.version)
  return filtersApi.ofMonitor(id)
}
