/** What to tell somebody whose act did not work: one place, so that no screen blames the server for a missing network. */

import { ApiProblem, Offline, Unreachable } from '@/api/problem'

type Translate = (key: string, named?: Record<string, unknown>) => string

/** Of something that was asked for and did not come. */
export function failureOf(error: unknown, t: Translate): string {
  if (error instanceof Offline) return t('error.offline')
  if (error instanceof Unreachable) return t('error.noAnswer')
  if (error instanceof ApiProblem)
    return error.detail || error.title || t('error.status', { status: error.status })
  return t('error.screen')
}

/** Of an act: says besides that nothing was changed, where that is sure or likely. */
export function refusalOf(error: unknown, t: Translate): string {
  if (error instanceof Offline) return t('action.offline')
  return error instanceof Unreachable ? t('action.noAnswer') : failureOf(error, t)
}
