/** A colleague named at the caret of a note; the `@` may have been typed already. */
export function withName(text: string, caret: number, name: string): { text: string; caret: number } {
  const before = text.slice(0, caret)
  const named = `${/[@＠]$/.test(before) ? '' : '@'}${name} `
  return { text: before + named + text.slice(caret), caret: caret + named.length }
}
