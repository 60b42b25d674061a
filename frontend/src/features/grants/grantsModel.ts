/** What the page of grants works out by itself: accounts with their grants, and where each lies in time. */

import type { Account, Allowed, Contract, ContractContent, Grant, GrantContent } from './api'

export const ALLOWED: readonly Allowed[] = ['listen', 'public_reply', 'private_reply', 'publish', 'fans']
const NEED_LISTENING: readonly Allowed[] = ['public_reply', 'private_reply', 'fans']
const DAY = 24 * 3_600_000
const LEAST_AHEAD = 30 * DAY
const LEAST_BEHIND = 30 * DAY
const MOST = 400 * DAY
/** A name beyond this would not be read to its end. */
const LAST_LABEL = 90

export interface OfAccount {
  account: Grant['account']
  grants: Grant[]
}

/** By account in the order of its name, what began last first. */
export function byAccount(grants: readonly Grant[]): OfAccount[] {
  const found = new Map<number, OfAccount>()
  for (const grant of grants) {
    const of = found.get(grant.account.id) ?? { account: grant.account, grants: [] }
    of.grants.push(grant)
    found.set(grant.account.id, of)
  }
  const rows = [...found.values()]
  for (const row of rows) row.grants.sort((a, b) => begin(b) - begin(a) || b.id - a.id)
  return rows.sort((a, b) => a.account.name.localeCompare(b.account.name) || a.account.id - b.account.id)
}

export interface Span {
  from: number
  until: number
}

/** The stretch of time in which all of these lie, today in it, a year or so at most. */
export function spanOf(grants: readonly Grant[], today: number): Span {
  const edges = grants.flatMap((grant) => [begin(grant), end(grant) ?? today])
  const from = Math.min(today - LEAST_BEHIND, ...edges)
  const until = Math.max(today + LEAST_AHEAD, ...edges)
  return { from: Math.max(from, today - MOST / 2), until: Math.min(until, today + MOST / 2) }
}

/** Where a grant lies in it, in hundredths from the left; what goes on is drawn to the end. */
export function placeIn(span: Span, grant: Grant): { left: number; width: number; goesOn: boolean } {
  const last = end(grant)
  const left = share(span, begin(grant))
  const right = last === null ? 100 : share(span, last)
  return { left, width: Math.max(right - left, 0.8), goesOn: last === null }
}

export function share(span: Span, at: number): number {
  return Math.min(100, Math.max(0, (100 * (at - span.from)) / (span.until - span.from)))
}

/** The first of each month within, for the scale. */
export function monthsIn(span: Span): Date[] {
  const months: Date[] = []
  const month = new Date(span.from)
  month.setDate(1)
  month.setHours(0, 0, 0, 0)
  for (;;) {
    month.setMonth(month.getMonth() + 1)
    if (share(span, month.getTime()) > LAST_LABEL) return months
    months.push(new Date(month))
  }
}

function begin(grant: Grant): number {
  return Date.parse(grant.holds_from)
}

function end(grant: Grant): number | null {
  return grant.holds_until === null ? null : Date.parse(grant.holds_until)
}

export type Standing = 'holds' | 'ahead' | 'over'

export function standingOf(grant: Grant): Standing {
  if (grant.is_over) return 'over'
  return grant.holds ? 'holds' : 'ahead'
}

export interface GrantDraft {
  account_id: number | null
  agency_id: number | null
  team_id: number | null
  begins: string
  ends: string
  allows: Allowed[]
  takes_new: boolean
  calendar_id: number | null
  opens_all: boolean
  opens_notes: boolean
  note: string
}

/** Moments are edited as the browser's own wall clock, and sent with their zone. */
export function wallOf(iso: string | null): string {
  if (iso === null) return ''
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function momentOf(wall: string): string | null {
  return wall === '' ? null : new Date(wall).toISOString()
}

export function draftOf(grant: Grant | null, accountId: number | null): GrantDraft {
  if (grant === null)
    return {
      account_id: accountId,
      agency_id: null,
      team_id: null,
      begins: '',
      ends: '',
      allows: ['listen', 'public_reply', 'private_reply'],
      takes_new: false,
      calendar_id: null,
      opens_all: false,
      opens_notes: false,
      note: '',
    }
  return {
    account_id: grant.account.id,
    agency_id: grant.agency.id,
    team_id: grant.team?.id ?? null,
    begins: wallOf(grant.begins_at),
    ends: wallOf(grant.ends_at),
    allows: [...grant.allows],
    takes_new: grant.takes_new,
    calendar_id: grant.hours_of_contract ? null : (grant.hours?.id ?? null),
    opens_all: grant.opens_past === 'all',
    opens_notes: grant.opens_notes,
    note: grant.note,
  }
}

/** What is sent; `before` is the grant that is changed: a moment that nobody touched stays to the second. */
export function contentOf(draft: GrantDraft, before: Grant | null): Omit<GrantContent, 'version'> {
  const kept = (wall: string, was: string | null) => (wall === wallOf(was) ? was : momentOf(wall))
  return {
    team_id: draft.team_id,
    begins_at: before ? kept(draft.begins, before.begins_at) : momentOf(draft.begins),
    ends_at: before ? kept(draft.ends, before.ends_at) : momentOf(draft.ends),
    allows: ALLOWED.filter((one) => draft.allows.includes(one)),
    takes_new: draft.takes_new,
    calendar_id: draft.calendar_id,
    opens_past: draft.opens_all ? 'all' : 'active',
    opens_notes: draft.opens_notes,
    note: draft.note,
  }
}

/** Tick or untick: nobody answers what they cannot read. */
export function allowing(allows: readonly Allowed[], one: Allowed, on: boolean): Allowed[] {
  const chosen = new Set(allows)
  if (on) chosen.add(one)
  else chosen.delete(one)
  if (on && NEED_LISTENING.includes(one)) chosen.add('listen')
  if (!on && one === 'listen') for (const other of NEED_LISTENING) chosen.delete(other)
  return ALLOWED.filter((word) => chosen.has(word))
}

export function mayTakeNew(draft: GrantDraft): boolean {
  const answers = draft.allows.includes('public_reply') || draft.allows.includes('private_reply')
  return answers && draft.team_id !== null
}

/** Accounts that can be granted: official ones that are in use. */
export function grantable(accounts: readonly Account[]): Account[] {
  return accounts.filter((account) => account.kind === 'official' && account.status !== 'removed')
}

export interface ContractDraft {
  agency_id: number | null
  first_day: string
  last_day: string
  calendar_id: number | null
  daily_cap: number | ''
  note: string
}

export function contractDraft(contract: Contract | null, today: string): ContractDraft {
  return {
    agency_id: contract?.agency.id ?? null,
    first_day: contract?.first_day ?? today,
    last_day: contract?.last_day ?? '',
    calendar_id: contract?.hours?.id ?? null,
    daily_cap: contract?.daily_cap ?? '',
    note: contract?.note ?? '',
  }
}

export function contractContent(draft: ContractDraft): Omit<ContractContent, 'version'> {
  return {
    first_day: draft.first_day,
    last_day: draft.last_day === '' ? null : draft.last_day,
    calendar_id: draft.calendar_id,
    daily_cap: draft.daily_cap === '' ? null : draft.daily_cap,
    note: draft.note,
  }
}
