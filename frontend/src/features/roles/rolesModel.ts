/** A role while it is edited: what differs from what is kept, and what is asked of the server. */

import type { Right } from '@/api/contract'
import { mergedList, mergedValue } from '@/ui/merging'
import type { ChangeRole, NewRole, Role } from './api'

export type Content = Pick<Role, 'rights' | 'account_reach' | 'request_reach' | 'masked' | 'capacity'>

/** What somebody has changed of a role, and the version that they saw when they began. */
export interface Draft extends Content {
  version: number
  /** What stood when they began. */
  base: Content
}

/** Every role has it, so it is neither shown nor counted. */
export const OF_ALL: Right = 'session:use'

export function contentOf(role: Content): Content {
  return {
    rights: [...role.rights],
    account_reach: role.account_reach,
    request_reach: role.request_reach,
    masked: [...role.masked],
    capacity: role.capacity,
  }
}

export function draftOf(role: Role): Draft {
  return { ...contentOf(role), version: role.version, base: contentOf(role) }
}

/** The same changes, on top of what a colleague has made of the role meanwhile. */
export function rebased(draft: Draft, role: Role): Draft {
  if (role.version === draft.version) return draft
  const { base } = draft
  return {
    ...draftOf(role),
    rights: mergedList(base.rights, draft.rights, role.rights),
    masked: mergedList(base.masked, draft.masked, role.masked),
    account_reach: mergedValue(base.account_reach, draft.account_reach, role.account_reach),
    request_reach: mergedValue(base.request_reach, draft.request_reach, role.request_reach),
    capacity: mergedValue(base.capacity, draft.capacity, role.capacity),
  }
}

function differing<T>(first: readonly T[], second: readonly T[]): T[] {
  return [...first.filter((one) => !second.includes(one)), ...second.filter((one) => !first.includes(one))]
}

/** The names of what is not as it is kept: rights, and `account_reach` and the like. */
export function changesIn(role: Role, draft: Draft | undefined): string[] {
  if (!draft) return []
  const fields = (['account_reach', 'request_reach', 'capacity'] as const).filter(
    (name) => draft[name] !== role[name],
  )
  return [...differing(draft.rights, role.rights), ...differing(draft.masked, role.masked), ...fields]
}

export function toggled<T>(list: readonly T[], one: T): T[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one]
}

export function commandOf(draft: Draft): ChangeRole {
  return { ...contentOf(draft), name: null, version: draft.version }
}

/** A new role with what another allows. */
export function copyOf(role: Content, name: string, agencyId: number | null): NewRole {
  return { ...contentOf(role), name, agency_id: agencyId }
}

export const NOTHING: Content = {
  rights: [OF_ALL],
  account_reach: 'team',
  request_reach: 'own',
  masked: ['contact.phone'],
  capacity: 0,
}
