/** The pages of proof: of a person or a group in one shape, and as a table that leaves the house. */

import type { Right, RoleRef } from '@/api/contract'
import type { components } from '@/api/types'

type Schemas = components['schemas']
export type ProofKind = 'person' | 'role' | 'agency'

/** What is shown of a person's proof or of a group's. */
export interface Shown {
  kind: ProofKind
  id: number
  name: string
  agency: string
  roles: RoleRef[]
  /** A person who is shut out. */
  isOff: boolean
  /** Of a group, the first of its people. */
  people: { id: number; name: string }[] | null
  peopleCount: number
  /** Of a group with how many of its people have it. */
  rights: { right: Right; people: number | null }[]
  accountReach: Schemas['AccountReach']
  requestReach: Schemas['RequestReach']
  masked: Schemas['MaskedField'][]
  accounts: Schemas['SeenAccount'][]
  accountCount: number
  accountsAmong: number
  counts: { kind: Schemas['GroupCount']['kind']; right: Right; visible: number | null; among: number }[]
  workedOutAt: string
}

export function ofPerson(proof: Schemas['PersonProof']): Shown {
  return {
    kind: 'person',
    id: proof.person.id,
    name: proof.person.name,
    agency: proof.agency_name,
    roles: proof.roles,
    isOff: !proof.is_active,
    people: null,
    peopleCount: 1,
    rights: proof.rights.map((right) => ({ right, people: null })),
    ...common(proof),
  }
}

export function ofGroup(kind: ProofKind, proof: Schemas['GroupProof']): Shown {
  return {
    kind,
    id: proof.id,
    name: proof.name,
    agency: '',
    roles: [],
    isOff: false,
    people: proof.people,
    peopleCount: proof.people_count,
    rights: proof.rights,
    ...common(proof),
  }
}

function common(proof: Schemas['PersonProof'] | Schemas['GroupProof']) {
  return {
    accountReach: proof.account_reach,
    requestReach: proof.request_reach,
    masked: proof.masked,
    accounts: proof.accounts,
    accountCount: proof.account_count,
    accountsAmong: proof.accounts_among,
    counts: proof.counts,
    workedOutAt: proof.worked_out_at,
  }
}

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
