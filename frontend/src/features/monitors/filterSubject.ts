/** Whose filter is tried: an account's, or the own one of a monitor. Read, tried and kept the same way. */

import type { LocationQuery } from 'vue-router'

import { filtersApi, monitorsApi, type MonitorView, type Step, type TrialStep, type TrialView } from './api'
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

/** The address' trial, `?work=17`. */
export function trialIn(address: LocationQuery): number | null {
  const id = Number(address['work'])
  return Number.isInteger(id) && id > 0 ? id : null
}

/** Whose filter a trial tries. */
export function subjectTried({ account_id, monitor_id }: TrialView): Subject {
  return account_id === null ? { kind: 'monitor', id: monitor_id ?? 0 } : { kind: 'account', id: account_id }
}

/** The settings as they are, with what the trial says otherwise. */
export function stepsTried(settings: FilterSettings, trial: TrialView): TrialStep[] {
  const said = new Map(trial.filters.steps.map((step) => [step.name, step]))
  return stepsOf(settings).map((step) => ({ ...step, ...said.get(step.name) }))
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
