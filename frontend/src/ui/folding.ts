/** When the words of one message are too many to stand whole between the others. */

const MOST_CHARS = 600
const MOST_LINES = 14
/** A fold that hides next to nothing is only in the way. */
const SLACK = 1.2

export function foldsText(text: string): boolean {
  const lines = text.split('\n').length
  return text.length > MOST_CHARS * SLACK || lines > MOST_LINES * SLACK
}
