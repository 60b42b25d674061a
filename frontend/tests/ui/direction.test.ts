/** Words of other people that are written from right to left turn nothing around that stands beside them. */

import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'

import HighlightText from '@/ui/HighlightText.vue'
import { mounted, signedIn, type Mounted } from '../mounted'

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
})

describe('what a customer wrote', () => {
  it('has a direction of its own, with its deciding words in it', async () => {
    signedIn('conversations:read')
    const reasons = [{ text: '断了', weight: -1, kind: 'sentiment' }]
    page = await mounted(HighlightText, { text: 'مرحبا 宽带断了', reasons })
    const own = page.root.querySelector('bdi')
    expect(own?.textContent).toBe('مرحبا 宽带断了')
    expect(own?.querySelector('mark')?.textContent).toBe('断了')
  })
})

describe('a name that is cut where it is too long', () => {
  it('is set apart from the line in which it stands', () => {
    const rules = readFileSync('src/styles/base.css', 'utf8')
    expect(/^\.el \{[^}]*unicode-bidi: isolate;/m.test(rules)).toBe(true)
  })
})
