/** How accounts stand, for their order and the head line: what needs somebody comes first. */

import type { AccountStatus, AccountView } from '@/api/contract'

const ORDER: Record<AccountStatus, number> = {
  reauthorise: 0,
  blocked: 1,
  misconfigured: 2,
  active: 4,
  paused: 5,
  removed: 6,
}
/** In use and not read: right after those that cannot be used. */
const NOT_READ = 3

export function rankOf(account: AccountView): number {
  return account.reading_pause ? NOT_READ : ORDER[account.status]
}

/** Those in use, the most pressing first. */
export function byNeed(accounts: readonly AccountView[]): AccountView[] {
  return accounts
    .filter((account) => account.status !== 'removed')
    .sort((a, b) => rankOf(a) - rankOf(b) || b.error_streak - a.error_streak || a.id - b.id)
}

export function needsSomebody(account: AccountView): boolean {
  return rankOf(account) < ORDER.active || account.error_streak > 0
}
