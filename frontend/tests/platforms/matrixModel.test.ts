import { describe, expect, it } from 'vitest'

import type { PlatformView } from '@/features/platforms/api'
import { bytes, featureGroups, period, share } from '@/features/platforms/matrixModel'

const weibo = { features: { mentions: true, publish: false, teleport: true } } as unknown as PlatformView

describe('the capability matrix', () => {
  it('keeps a feature nobody has a group for', () => {
    const groups = featureGroups([weibo])
    expect(groups.map((group) => group.name)).toEqual(['listen', 'publish', 'other'])
    expect(groups.at(-1)?.features).toEqual(['teleport'])
    expect(share(weibo)).toEqual({ has: 2, of: 3 })
  })

  it('writes spans in the largest unit that divides them', () => {
    expect([172_800, 604_800, 60, 90, 300].map((seconds) => period(seconds, 'zh-CN'))).toEqual([
      '48 小时',
      '7 天',
      '1 分钟',
      '90 秒',
      '5 分钟',
    ])
    expect(period(172_800, 'en')).toBe('48 h')
  })

  it('writes sizes as the platforms count them', () => {
    expect([bytes(5_242_880), bytes(1_572_864), bytes(51_200)]).toEqual(['5 MB', '1.5 MB', '50 KB'])
  })
})
