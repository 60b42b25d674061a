import { describe, expect, it } from 'vitest'

import { findPersonalData, maskPersonalData } from '@/features/workbench/personalData'

describe('personal data in a public reply', () => {
  it.each([
    ['请把 13800002206 的账单发来', 'phone'],
    ['手机号 138 0000 2206', 'phone'],
    ['138-0000-2206', 'phone'],
    ['+86 13800002206', 'phone'],
    ['１３８００００２２０６', 'phone'],
    ['身份证 110101199003071234', 'id_card'],
    ['11010119900307123X', 'id_card'],
    ['幺三八一二三四五六七八', 'phone'],
    ['一三八 一二三四 五六七八', 'phone'],
    ['138*1234*5678', 'phone'],
    ['1，3，8，1，2，3，4，5，6，7，8', 'phone'],
    ['138 - 1234 - 5678', 'phone'],
    ['①③⑧①②③④⑤⑥⑦⑧', 'phone'],
    ['一一零一零五一九四九一二三一零零二X', 'id_card'],
    ['6222 0212 3456 7890 128', 'bank_card'],
    ['写信到 mei.lin@mail.example.com', 'email'],
  ])('is found in %j', (text, kind) => {
    expect(findPersonalData(text).map((found) => found.kind)).toEqual([kind])
  })

  it.each([
    '单号 20260501123456789',
    '拨打 10086',
    '@江边散步的猫 您好',
    '金额 1380.50 元',
    '时间 2026-05-01 12:00',
    '热线 400-800-1234',
    '订单号13812345678已受理',
    '订单号4111111111111111',
    '营业时间 13:30-17:30，400元',
    '资费139、159、199、29元',
    '二〇二四年十一月十二日十三时',
    '单号 LK-13812345678',
    '@amy@mail.example 您好',
    '详情见 https://shop.example/p?tel=13812345678',
    '详情见 shop.example/p/13812345678',
  ])('is not seen in %j', (text) => {
    expect(findPersonalData(text)).toEqual([])
  })

  it('names everything that is there', () => {
    expect(
      findPersonalData('13800002206 或 a@b.cn')
        .map((found) => found.kind)
        .sort(),
    ).toEqual(['email', 'phone'])
  })

  it.each([
    ['请拨打 13812345678 找小王', '请拨打 138****5678 找小王'],
    ['😀 +86 138-1234-5678', '😀 138****5678'],
    ['身份证11010519491231002X', '身份证110*************2X'],
    ['someone@example.com 或 13812345678', 's***@example.com 或 138****5678'],
    ['电话：一三八 一二三四 五六七八', '电话：138****5678'],
    ['138*1234*5678', '138****5678'],
    ['没有', '没有'],
  ])('can be masked in %j', (text, masked) => {
    expect(maskPersonalData(text)).toBe(masked)
  })
})
