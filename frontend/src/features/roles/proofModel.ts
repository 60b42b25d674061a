/** The page of proof as a table that leaves the house. */

/** What would begin a formula in a spreadsheet, also behind blanks and in full width. */
const FORMULA = /^[ ]*[=+\-@＝＋－＠\t\r\n']/

/** A cell as a spreadsheet shows it and never works it out. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** RFC 4180, with the mark by which spreadsheets know UTF-8. */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

/** Hand a text to the person as a file. */
export function saveAs(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

export function shareOf(visible: number, among: number): number {
  return among === 0 ? 0 : visible / among
}
