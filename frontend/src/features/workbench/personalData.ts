/** Finds what must not appear in a public reply. The server checks again; this tells the writer while writing. */

export type PersonalDataKind = 'phone' | 'id_card' | 'email'

export interface PersonalData {
  kind: PersonalDataKind
  text: string
}

const PATTERNS: [PersonalDataKind, RegExp][] = [
  ['id_card', /(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)/g],
  ['phone', /(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)/g],
  ['email', /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g],
]

/** Every phone number, identity card number and e-mail address in `text`, each with the words that gave it away. */
export function findPersonalData(text: string): PersonalData[] {
  const found: PersonalData[] = []
  let rest = toHalfWidth(text)
  for (const [kind, pattern] of PATTERNS) {
    rest = rest.replace(pattern, (match) => {
      found.push({ kind, text: match.trim() })
      return ' '.repeat(match.length)
    })
  }
  return found
}

/** Full-width figures read the same to a person, so they count the same here. */
function toHalfWidth(text: string): string {
  return text.replace(/[！-～]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
}
