/** The columns that a person exported last of each list, kept in this browser. */

const PREFIX = 'lingke.export.'

export function keptColumns(subject: string): string[] | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PREFIX + subject) ?? 'null')
    return Array.isArray(kept) ? kept.filter((key) => typeof key === 'string') : null
  } catch {
    return null
  }
}

export function keepColumns(subject: string, columns: readonly string[]): void {
  localStorage.setItem(PREFIX + subject, JSON.stringify(columns))
}
