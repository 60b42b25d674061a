import { describe, expect, it } from 'vitest'

import { findPersonalData } from '@/features/workbench/personalData'

describe('personal data in a public reply', () => {
  it.each([
    ['请把 13800002206 的账单发来', 'phone'],
    ['手机号 138 0000 2206', 'phone'],
    ['138-0000-2206', 'phone'],
    ['+86 13800002206', 'phone'],
    ['１３８００００２２０６', 'phone'],
    ['身份证 110101199003071234', 'id_card'],
    ['11010119900307123X', 'id_card'],
    ['写信到 mei.lin@mail.example.com', 'email'],
  ])('is found in %j', (text, kind) => {
    expect(findPersonalData(text).map((found) => found.kind)).toEqual([kind])
  })

  it.each(['单号 20260501123456789', '拨打 10086', '@江边散步的猫 您好', '金额 1380.50 元', '时间 2026-05-01 12:00', '热线 400-800-1234'])('is not seen in %j', (text) => {
    expect(findPersonalData(text)).toEqual([])
  })

  it('names everything that is there', () => {
    expect(findPersonalData('13800002206 或 a@b.cn').map((found) => found.kind).sort()).toEqual(['email', 'phone'])
  })
})
