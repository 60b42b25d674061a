/** Days and hours of calendars as the reader's language says them. */

import { useI18n } from 'vue-i18n'

import type { CalendarHours, Interval } from './api'
import { alike, endsNextDay, isRun } from './calendarModel'

export interface HoursRow {
  label: string
  hours: string
}

export function useCalendarWords() {
  const { t } = useI18n()

  function interval(about: Interval): string {
    const end = endsNextDay(about) ? t('worktime.nextDay', { time: about.end }) : about.end
    return `${about.start}–${end}`
  }

  function hours(intervals: readonly Interval[] | undefined): string {
    if (!intervals?.length) return t('worktime.closed')
    return intervals.map(interval).join(t('common.listSeparator'))
  }

  function weekday(day: number): string {
    return t(`worktime.weekday.${day}`)
  }

  function weekdays(days: readonly number[]): string {
    const [first, last] = [days[0] ?? 0, days.at(-1) ?? 0]
    if (days.length > 2 && isRun(days))
      return t('worktime.run', { first: weekday(first), last: weekday(last) })
    return days.map(weekday).join(t('common.listSeparator'))
  }

  /** A row for each kind of day, as the table shows them. */
  function rows(calendar: CalendarHours): HoursRow[] {
    const week = alike(calendar.week).map(({ days, intervals }) => ({
      label: weekdays(days),
      hours: hours(intervals),
    }))
    return [
      ...week,
      ...(calendar.follows_holidays
        ? [
            { label: t('worktime.holidays'), hours: hours(calendar.holiday_intervals) },
            { label: t('worktime.makeUp'), hours: hours(calendar.make_up_intervals) },
          ]
        : []),
      ...(calendar.breaks?.length ? [{ label: t('worktime.breaks'), hours: hours(calendar.breaks) }] : []),
    ]
  }

  /** `10 月 1 日` of `2026-10-01`. */
  function day(text: string): string {
    return t('worktime.day', { month: Number(text.slice(5, 7)), day: Number(text.slice(8)) })
  }

  function range([first, last]: readonly [string, string]): string {
    return first === last ? day(first) : `${day(first)} – ${day(last)}`
  }

  return { interval, hours, weekday, weekdays, rows, day, range }
}
