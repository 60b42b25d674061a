import { describe, expect, it } from 'vitest'

import { bigNumber, messageTime, roughSpan, shortTime, span, stopwatch } from '@/ui/format'
import { urgencyOf } from '@/ui/urgency'
import { request } from '../support'

const now = new Date(2026, 5, 11, 11, 26).getTime()
const at = (...parts: [number, number, number, number, number]): string => new Date(...parts).toISOString()

describe('times', () => {
  it('are a clock today, a day this year, and carry the year before that', () => {
    expect(shortTime(at(2026, 5, 11, 9, 5), now, 'zh-CN')).toBe('09:05')
    expect(shortTime(at(2026, 4, 28, 9, 5), now, 'zh-CN')).toBe('5 月 28 日')
    expect(shortTime(at(2025, 11, 3, 9, 5), now, 'zh-CN')).toBe('2025 年 12 月 3 日')
    expect(shortTime(at(2026, 4, 28, 9, 5), now, 'en')).toBe('28 May')
    expect(messageTime(at(2026, 4, 28, 9, 5), now, 'zh-CN')).toBe('5 月 28 日 09:05')
  })

  it.each([
    [372_000, '6:12'],
    [-275_000, '4:35'],
    [4_320_000, '1 时 12 分'],
    [100 * 3_600_000, '4 天 4 时'],
  ])('left of %i ms read %s', (ms, text) => expect(span(ms, 'zh-CN')).toBe(text))

  it('are rough where seconds would be noise', () => {
    expect(roughSpan(52 * 60_000, 'zh-CN')).toBe('52 分')
    expect(roughSpan(46 * 3_600_000, 'zh-CN')).toBe('46 时')
    expect(roughSpan(20 * 24 * 3_600_000, 'en')).toBe('20 d')
  })

  it('that last run like a stopwatch', () => {
    expect(stopwatch(102_000)).toBe('01:42')
    expect(stopwatch(11_109_000)).toBe('3:05:09')
  })
})

describe('large numbers', () => {
  it.each([
    [812, '812'],
    [1204, '1,204'],
    [36_000, '3.6万'],
    [30_000, '3万'],
    [120_000_000, '1.2亿'],
  ])('%i reads %s', (value, text) => expect(bigNumber(value, 'zh-CN')).toBe(text))
})

describe('urgency', () => {
  const start = Date.parse('2026-05-01T02:00:00Z')

  it('is quiet above a quarter, soon below it, late past the limit', () => {
    const one = request({ id: 1 })
    expect(urgencyOf(one, start + 30 * 60_000)?.tone).toBe('ok')
    expect(urgencyOf(one, start + 50 * 60_000)?.tone).toBe('soon')
    expect(urgencyOf(one, start + 61 * 60_000)).toMatchObject({ tone: 'late', share: 1 })
  })

  it('goes by whichever closes first', () => {
    const one = request({ id: 1, window: { until: '2026-05-01T02:30:00Z', remaining: 1, reason: null } })
    expect(urgencyOf(one, start)?.kind).toBe('window')
  })

  it('says which answer is due, or the resolution, unless that clock stands still', () => {
    const one = request({ id: 1, resolve_due_at: '2026-05-01T02:20:00Z' })
    expect(urgencyOf(request({ id: 1 }), start)?.kind).toBe('first')
    expect(urgencyOf(request({ id: 1, first_replied_at: '2026-05-01T02:00:00Z' }), start)?.kind).toBe('next')
    expect(urgencyOf(one, start)).toMatchObject({ kind: 'resolution', left: 20 * 60_000, share: 1 })
    expect(urgencyOf({ ...one, stopped_at: '2026-05-01T02:10:00Z', due_at: null }, start)).toBeNull()
  })

  it('is over with the request', () => {
    expect(urgencyOf(request({ id: 1, status: 'resolved' }), start)).toBeNull()
  })
})
