/** Why no work is done, and why a request is due when it is, in the reader's language. */

import { useI18n } from 'vue-i18n'

import type { ClosedView, DeadlineView } from '@/api/contract'
import { currentLocale } from '@/app/i18n'
import { messageTime, roughSpan } from './format'

const MINUTE = 60_000

export function useDeadlineWords() {
  const i18n = useI18n()
  const { t } = i18n

  /** A holiday's name: of a code, or the words of whoever imported it. */
  function holiday(name: string): string {
    return i18n.te(`holiday.${name}`) ? t(`holiday.${name}`) : name
  }

  function closed(reason: ClosedView): string {
    return t(`closed.${reason.closed}`, { name: holiday(reason.name) })
  }

  function closedList(reasons: readonly ClosedView[]): string {
    return reasons.map(closed).join(t('common.listSeparator'))
  }

  function standsNow(deadline: DeadlineView, nowMs: number): string {
    const { now } = deadline
    const time = (iso: string): string => messageTime(iso, nowMs, currentLocale())
    if (now.closed !== null && now.opens_at !== null)
      return t('deadline.closedNow', {
        reason: closed({ closed: now.closed, name: now.name }),
        opens: time(now.opens_at),
      })
    return now.closes_at === null
      ? t('deadline.openNow')
      : t('deadline.openUntil', { closes: time(now.closes_at) })
  }

  function policy(about: DeadlineView): string[] {
    if (about.policy === null) return []
    return [t('deadline.policy', { policy: about.policy, clock: t(`urgency.clock.${about.clock}`) })]
  }

  /** Until when it is to be resolved, and whether that clock stands still. */
  function resolution(about: DeadlineView, nowMs: number): string[] {
    const { resolution: level } = about
    if (level === null) return []
    const time = (iso: string): string => messageTime(iso, nowMs, currentLocale())
    const span = (minutes: number): string => roughSpan(minutes * MINUTE, currentLocale())
    return [
      t('deadline.resolution', { allowed: span(level.allowed_minutes), due: time(level.due_at) }),
      ...(level.stopped_minutes > 0
        ? [t('deadline.stoppedFor', { length: span(level.stopped_minutes) })]
        : []),
      ...(level.stopped_at === null ? [] : [t('deadline.stopped', { since: time(level.stopped_at) })]),
    ]
  }

  /** Sentences: how it is counted, what lies between, how it stands now, what is not known. */
  function deadline(about: DeadlineView, nowMs: number): string[] {
    const allowed = roughSpan(about.allowed_minutes * MINUTE, currentLocale())
    const level = [...(about.counted_from === null ? [] : policy(about)), ...resolution(about, nowMs)]
    if (about.calendar === null)
      return [...(about.counted_from === null ? [] : [t('deadline.around', { allowed })]), ...level]
    return [
      ...(about.counted_from === null
        ? []
        : [t('deadline.counts', { calendar: about.calendar, allowed }), ...policy(about)]),
      ...resolution(about, nowMs),
      ...(about.closed_between.length > 0
        ? [t('deadline.between', { reasons: closedList(about.closed_between) })]
        : []),
      standsNow(about, nowMs),
      ...(about.now.is_known ? [] : [t('deadline.unknownYear')]),
    ]
  }

  return { holiday, closed, closedList, deadline }
}
