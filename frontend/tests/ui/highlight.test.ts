import { describe, expect, it } from 'vitest'

import { reasonsFor, splitByReasons } from '@/ui/highlight'
import { safeUrl } from '@/ui/safeUrl'

describe('deciding words', () => {
  it('are cut out of the text, which stays whole', () => {
    const pieces = splitByReasons('宽带断了，没人接', [
      { text: '断了', weight: -1, kind: 'sentiment' },
      { text: '没人接', weight: -0.4, kind: 'sentiment' },
    ])
    expect(pieces.map((piece) => piece.text).join('')).toBe('宽带断了，没人接')
    expect(pieces.filter((piece) => piece.mark === 'neg').map((piece) => piece.text)).toEqual([
      '断了',
      '没人接',
    ])
  })

  it('treat markup in a post as text', () => {
    expect(splitByReasons('<b>断了</b>', [{ text: '断了', weight: -1, kind: 'sentiment' }])[0]).toEqual({
      text: '<b>',
      mark: '',
    })
  })

  it('are those of the judgement that was asked about', () => {
    const reasons = [
      { text: '断了', weight: -1, kind: 'sentiment' },
      { text: '办理', weight: 1, kind: 'intent:lead' },
    ]
    expect(reasonsFor(reasons, 'sentiment').map((reason) => reason.text)).toEqual(['断了'])
    expect(reasonsFor(reasons, 'intent').map((reason) => reason.text)).toEqual(['办理'])
  })
})

describe('addresses from outside', () => {
  it.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x'])('%s never becomes a link', (url) => {
    expect(safeUrl(url)).toBeNull()
  })

  it('may be ordinary web pages', () => {
    expect(safeUrl('https://weibo.example/1')).toBe('https://weibo.example/1')
  })
})
