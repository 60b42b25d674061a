/** Why a request is due when it is, as it is said. */

import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApp, h } from 'vue'

import type { DeadlineView } from '@/api/contract'
import { i18n } from '@/app/i18n'
import { useDeadlineWords } from '@/ui/useDeadlineWords'

const NOW = Date.parse('2026-11-28T02:00:00Z')
const office: DeadlineView = {
  calendar: '工作时间',
  zone: 'Asia/Shanghai',
  allowed_minutes: 120,
  counted_from: '2026-11-27T09:30:00Z',
  due_at: '2026-11-30T02:30:00Z',
  clock: 'first',
  policy: null,
  resolution: null,
  working_seconds_left: 5400,
  closed_between: [{ closed: 'rest_day', name: '' }],
  now: {
    is_open: false,
    closed: 'holiday',
    name: 'national_day',
    opens_at: '2026-11-30T01:00:00Z',
    closes_at: null,
    is_known: true,
  },
}
let words: ReturnType<typeof useDeadlineWords>
let end = (): void => undefined

beforeEach(() => {
  setActivePinia(createPinia())
  const app = createApp({
    setup() {
      words = useDeadlineWords()
      return () => h('i')
    },
  })
  app.use(i18n).mount(document.createElement('div'))
  end = () => app.unmount()
})
afterEach(() => end())

describe('a deadline', () => {
  it('says how it is counted, what lies between, and when time goes on', () => {
    const said = words.deadline(office, NOW)
    expect(said).toHaveLength(3)
    expect(said[0]).toBe('按「工作时间」计时，限 2 时内答复')
    expect(said[1]).toBe('其间不计：休息日')
    expect(said[2]).toMatch(/^现在不计时：国庆节放假，11 月 30 日 .* 起再计$/)
  })

  it('says until when it is open, and that a year is not known', () => {
    const open = { ...office.now, is_open: true, closed: null, name: '', opens_at: null, is_known: false }
    const said = words.deadline({ ...office, closed_between: [], now: open }, NOW)
    expect(said.slice(1)).toEqual(['现在是工作时间', '这一年的放假安排还不知道，只按每周时段算'])
  })

  it('names the policy, and until when it is to be resolved', () => {
    const resolution = {
      allowed_minutes: 480,
      counted_from: '2026-11-27T09:30:00Z',
      due_at: '2026-12-01T02:00:00Z',
      stopped_at: '2026-11-27T10:00:00Z',
      stopped_minutes: 30,
      working_seconds_left: 3600,
    }
    const said = words.deadline({ ...office, clock: 'next', policy: '投诉', resolution }, NOW)
    expect(said[1]).toBe('时限「投诉」，续响')
    expect(said[2]).toMatch(/^限 8 时内办结，.* 到期$/)
    expect(said[3]).toBe('其间已暂停 30 分')
    expect(said[4]).toMatch(/^等客户回复，办结时限从 .* 起暂停$/)
    const resting = words.deadline({ ...office, counted_from: null, resolution }, NOW)
    expect(resting[0]).toMatch(/^限 8 时内办结/)
  })

  it('is one sentence around the clock', () => {
    expect(words.deadline({ ...office, calendar: null }, NOW)).toEqual(['全天候计时，限 2 时内答复'])
  })

  it('keeps the words of whoever imported a holiday', () => {
    expect(
      words.closedList([
        { closed: 'holiday', name: '厂庆' },
        { closed: 'break', name: '' },
      ]),
    ).toBe('厂庆放假、休息时段')
  })
})
