import { describe, expect, it } from 'vitest'

import { measure } from '@/features/workbench/measure'

describe("Weibo's length", () => {
  it.each([
    ['', 0],
    ['你好', 2],
    ['ab', 1],
    ['abc', 2],
    ['好a', 2],
    ['好ab', 2],
    ['看 http://t.cn/A6xYz 吧', 13],
    ['https://example.com/a/very/long/address?with=query&and=more', 10],
    ['，。', 2],
  ])('of %j is %i', (text, length) => {
    expect(measure(text, 'half_up')).toBe(length)
    expect(measure(text, 'weibo_140')).toBe(length)
  })
})

describe('other units', () => {
  it('counts bytes as they are sent', () => {
    expect(measure('你a😀', 'utf8_bytes')).toBe(3 + 1 + 4)
  })

  it('counts what a person sees as one character', () => {
    expect(measure('👨‍👩‍👧好🇨🇳', 'graphemes')).toBe(3)
  })

  it('counts a link as 23 and a remote name without its domain on Mastodon', () => {
    expect(measure('https://example.com/x', 'graphemes')).toBe(23)
    expect(measure('@mei@social.example 好', 'graphemes')).toBe('@mei 好'.length)
  })

  it('counts code points, not half pairs', () => {
    expect(measure('😀好', 'characters')).toBe(2)
  })
})
