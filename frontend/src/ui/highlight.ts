/** Marks the words that decided a judgement inside the text they were found in. */

import type { Reason } from '@/api/contract'

export interface Piece {
  text: string
  /** `neg` pulls towards complaint or dislike, `hit` the other way, empty is plain text. */
  mark: '' | 'hit' | 'neg'
}

/** Cut `text` so that every occurrence of a reason's words is a piece of its own; longer reasons win over shorter. */
export function splitByReasons(text: string, reasons: Reason[]): Piece[] {
  const words = reasons.filter((reason) => reason.text.trim() !== '').sort((a, b) => b.text.length - a.text.length)
  let pieces: Piece[] = [{ text, mark: '' }]
  for (const reason of words) {
    const mark = reason.weight < 0 ? 'neg' : 'hit'
    pieces = pieces.flatMap((piece) => (piece.mark ? [piece] : cut(piece.text, reason.text, mark)))
  }
  return pieces
}

function cut(text: string, word: string, mark: Piece['mark']): Piece[] {
  const pieces: Piece[] = []
  text.split(word).forEach((part, index) => {
    if (index > 0) pieces.push({ text: word, mark })
    if (part !== '') pieces.push({ text: part, mark: '' })
  })
  return pieces
}
