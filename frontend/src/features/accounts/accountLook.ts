/** How an account's state looks, and what of its figures asks for attention. */

import type { AccountStatus, AccountView } from '@/api/contract'
import { fullTime, roughSpan } from '@/ui/format'
import type { IconName } from '@/ui/icons'
import type { Words } from '@/ui/kit/columns'

const LOOKS: Record<AccountStatus, { tag: string; icon: IconName }> = {
  active: { tag: 'tag-success', icon: 'check' },
  paused: { tag: '', icon: 'pause' },
  reauthorise: { tag: 'tag-danger', icon: 'key' },
  misconfigured: { tag: 'tag-danger', icon: 'gear' },
  blocked: { tag: 'tag-danger', icon: 'alert' },
  removed: { tag: '', icon: 'close' },
}
const SOON_MS = 7 * 24 * 3_600_000
const LOW_SHARE = 0.2

/** An account in use that is not read is never shown as fine. */
export function lookOf(account: AccountView): { tag: string; icon: IconName; word: string } {
  return account.reading_pause
    ? { tag: 'tag-warning', icon: 'clock', word: 'accounts.notRead' }
    : { ...LOOKS[account.status], word: `accountStatus.${account.status}` }
}

/** Whether there is more to say of its state than the word. */
export function hasNotice({ status, status_detail, push_fault, reading_pause }: AccountView): boolean {
  return status !== 'active' || Boolean(status_detail ?? push_fault ?? reading_pause)
}

export function ago(at: string | null, { t, now, locale }: Words): string {
  return at ? t('accounts.ago', { span: roughSpan(now - Date.parse(at), locale) }) : t('accounts.never')
}

export function exact(at: string | null, { locale }: Words): string {
  return at ? fullTime(at, locale) : ''
}

export function tokenText({ token_expires_at: at }: AccountView, { t, now, locale }: Words): string {
  if (at === null) return t('accounts.tokenNever')
  const left = Date.parse(at) - now
  const span = roughSpan(left, locale)
  return left < 0 ? t('accounts.expired', { span }) : t('accounts.inSpan', { span })
}

export function isTokenShort({ token_expires_at: at }: AccountView, { now }: Words): boolean {
  return at !== null && Date.parse(at) - now < SOON_MS
}

export function quotaOf({ quota }: AccountView): { share: number; isLow: boolean } {
  const share = quota && quota.limit > 0 ? quota.remaining / quota.limit : 0
  return { share, isLow: share < LOW_SHARE }
}
