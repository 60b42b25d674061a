/** What keys do while a sample of what was dropped is judged. */

import type { Command } from '@/shortcuts/commands'

const REVIEW = { group: 'review', page: 'review' } as const
const ROW = { ...REVIEW, needs: 'row', right: 'inbound_items:correct' } as const

export const reviewCommands = [
  { id: 'review.right', keys: 'x', title: 'review.right', ...ROW },
  { id: 'review.wrong', keys: 's', title: 'review.isWrong', ...ROW },
  { id: 'review.undo', keys: 'z', title: 'common.undo', right: 'inbound_items:correct', ...REVIEW },
  { id: 'review.original', keys: 'o', title: 'listener.original', ...REVIEW, needs: 'row' },
] as const satisfies readonly Command[]
