/** Whose a request is, asked before somebody acts upon what a colleague has. */

import type { ApiProblem } from '@/api/problem'

export interface ClaimQuestion {
  name: string
  /** A moment in ISO form; empty when it is not known. */
  since: string
}

/** What the server asks before a reply goes: a colleague is on it, or somebody has replied. */
export type Confirmation = 'claimed_by_other' | 'second_reply'

export interface SendQuestion extends ClaimQuestion {
  confirm: Confirmation
}

/** What the server asks with a refusal of this code; null for any other. */
export function claimQuestion(error: ApiProblem): ClaimQuestion | null {
  if (error.code !== 'claimed_by_other') return null
  return { name: text(error, 'assignee_name'), since: text(error, 'since') }
}

/** The same of an act that sends; null for a refusal that no yes helps against. */
export function sendQuestion(error: ApiProblem): SendQuestion | null {
  const claim = claimQuestion(error)
  if (claim) return { confirm: 'claimed_by_other', ...claim }
  if (error.code !== 'second_reply') return null
  return { confirm: 'second_reply', name: text(error, 'author_name'), since: text(error, 'at') }
}

function text(error: ApiProblem, name: string): string {
  const value = error.body[name]
  return typeof value === 'string' ? value : ''
}
