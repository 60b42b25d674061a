import { describe, expect, it } from 'vitest'

import { foldsText } from '@/ui/folding'

describe('the words of one message', () => {
  it.each([
    ['', false],
    ['宽带断了', false],
    ['字'.repeat(700), false],
    ['字'.repeat(2000), true],
    ['一行\n'.repeat(10), false],
    ['一行\n'.repeat(40), true],
  ])('fold when they would push the others away', (text, folded) => {
    expect(foldsText(text)).toBe(folded)
  })
})
