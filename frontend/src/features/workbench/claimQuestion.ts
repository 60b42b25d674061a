/** Whose a request is, asked before somebody acts upon what a colleague has. */

import type { ApiProblem } from '@/api/problem'

export interface ClaimQuestion {
  name: string
  /** A moment in ISO form; empty when it is not known. */
  since: string
}

/** What the server asks with a refusal of this code; null for any other. */
export function claimQuestion(error: ApiProblem): ClaimQuestion | null {
  if (error.code !== 'claimed_by_other') return null
  const text = (name: string): string => {
    const value = error.body[name]
    return typeof value === 'string' ? value : ''
  }
  return { name: text('assignee_name'), since: text('since') }
}
