import { describe, expect, it } from 'vitest'

import { i18n } from '@/app/i18n'
import { saidOf } from '@/features/audit/auditDetail'

const words = () => ({
  t: (key: string) => i18n.global.t(key),
  te: (key: string) => i18n.global.te(key),
  locale: 'zh-CN' as const,
  now: 0,
})

describe('what was recorded with an act', () => {
  it('is told in words, whatever it is made of', () => {
    expect(saidOf({ roles: ['客服', '组长'], accepted: false, reason: '' }, words())).toBe(
      '角色：客服、组长 · 接受：否 · 理由：无',
    )
    expect(saidOf({ before: { name: '甲' }, after: { name: '乙' } }, words())).toBe(
      '之前：名称：甲 · 之后：名称：乙',
    )
  })

  it('keeps the name of what nobody has found words for', () => {
    expect(saidOf({ never_heard_of: 3, kinds: [] }, words())).toBe('never_heard_of：3 · 种类：无')
  })
})
