import { describe, expect, it } from 'vitest'

import { SHARES, timeScale } from '@/ui/charts/scales'

function ticks(longest: number, locale: 'zh-CN' | 'en' = 'zh-CN'): string[] {
  const { step, most, say } = timeScale(longest, locale)
  return Array.from({ length: most / step + 1 }, (_, at) => say(at * step))
}

describe('an axis of lengths of time', () => {
  it.each([
    [4, ['0', '1 秒', '2 秒', '3 秒', '4 秒']],
    [290, ['0', '2 分', '4 分', '6 分']],
    [50_000, ['0', '4 时', '8 时', '12 时', '16 时']],
    [62_000, ['0', '6 时', '12 时', '18 时']],
    [260_000, ['0', '1 天', '2 天', '3 天', '4 天']],
  ])('counts by what people count by up to %i s', (longest, said) => expect(ticks(longest)).toEqual(said))

  it('has a step even where nothing took any time', () => expect(ticks(0)).toEqual(['0', '1 秒']))

  it('reaches the longest, in few steps, whatever it is', () => {
    for (let longest = 1; longest < 3e9; longest = Math.ceil(longest * 1.37)) {
      const { step, most } = timeScale(longest, 'en')
      expect(most).toBeGreaterThanOrEqual(longest)
      expect(most / step).toBeLessThanOrEqual(4)
    }
  })

  it('says shares in whole per cents', () =>
    expect([0, 0.25, 1].map(SHARES.say)).toEqual(['0%', '25%', '100%']))
})
