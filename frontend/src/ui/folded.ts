/** Text as the boxes that look through what is on the screen compare it: one width, one case. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
