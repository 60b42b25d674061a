/** Marks the words that decided a judgement inside the text they were found in. */

import type { Reason } from '@/api/contract'

export interface Piece {
  text: string
  /** `neg` speaks against (negative mood), `ps` for it (positive mood), `hit` for other judgements. */
  mark: '' | 'hit' | 'neg' | 'ps'
}

/** Only the reasons of one judgement. */
export function reasonsFor(reasons: Reason[], kind: 'sentiment' | 'intent' | 'service' | 'spam'): Reason[] {
  return reasons.filter((reason) => reason.kind === kind || reason.kind.startsWith(`${kind}:`))
}

/** Cut `text` so that every occurrence of a reason's words is a piece of its own; longer reasons win over shorter. */
export function splitByReasons(text: string, reasons: Reason[]): Piece[] {
  const words = reasons
    .filter((reason) => reason.text.trim().length > 1)
    .sort((a, b) => b.text.length - a.text.length)
  let pieces: Piece[] = [{ text, mark: '' }]
  for (const reason of words) {
    pieces = pieces.flatMap((piece) => (piece.mark ? [piece] : cut(piece.text, reason.text, markOf(reason))))
  }
  return pieces
}

function markOf(reason: Reason): Piece['mark'] {
  if (reason.kind !== 'sentiment') return 'hit'
  return reason.weight < 0 ? 'neg' : 'ps'
}

function cut(text: string, word: string, mark: Piece['mark']): Piece[] {
  const pieces: Piece[] = []
  text.split(word).forEach((part, index) => {
    if (index > 0) pieces.push({ text: word, mark })
    if (part !== '') pieces.push({ text: part, mark: '' })
  })
  return pieces
}
