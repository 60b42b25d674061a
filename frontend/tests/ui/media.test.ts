import { describe, expect, it } from 'vitest'

import { knownKind, ownWords } from '@/ui/media/mediaModel'
import { medium } from '../support'

const place = medium({ kind: 'location', title: '翡翠路 26 号', description: '24.88,102.83' })
const page = medium({ kind: 'link', title: '赔付办法', link: 'https://example.org/7' })
const file = medium({ kind: 'file', name: '账单.pdf' })

describe('words of a message with something attached', () => {
  it.each([
    ['翡翠路 26 号', place],
    ['24.88,102.83', place],
    ['赔付办法\nhttps://example.org/7', page],
    ['[文件] 账单.pdf', file],
  ])('leaves out %j, which the card below says', (text, attached) => {
    expect(ownWords(text, [attached])).toBe('')
  })

  it.each([
    ['看这个：https://example.org/7', page],
    ['翡翠路 26 号没有信号', place],
    ['图片', medium()],
    ['我在家等了一下午', medium({ kind: 'voice' })],
  ])('keeps %j, which the customer wrote', (text, attached) => {
    expect(ownWords(text, [attached])).toBe(text)
  })

  it('has a word for every kind, also for one it has never heard of', () => {
    expect(knownKind('voice')).toBe('voice')
    expect(knownKind('hologram')).toBe('unknown')
  })
})
