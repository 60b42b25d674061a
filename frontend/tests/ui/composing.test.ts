/* eslint-disable @typescript-eslint/no-deprecated -- the old key code is what Safari still tells */
/** Case C7: the Enter that ends an input-method composition is no command, in Safari either. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { isTaken } from '@/shortcuts/keyboard'
import { isComposing } from '@/ui/composing'

function enter(fields: KeyboardEventInit): KeyboardEvent {
  return new KeyboardEvent('keydown', { key: 'Enter', ...fields })
}

describe('a key of an input method', () => {
  it.each([
    ['while composing', enter({ isComposing: true })],
    ['swallowed by it', enter({ key: 'Process' })],
    ['ending it in Safari, which says composing is over', enter({ keyCode: 229 })],
  ])('is not ours: %s', (_name, event) => {
    expect(isComposing(event)).toBe(true)
    expect(isTaken(event)).toBe(true)
  })

  it('is told from a key of the person', () => {
    expect(isComposing(enter({ keyCode: 13 }))).toBe(false)
  })

  it('is known in one place only', () => {
    const source = join(import.meta.dirname, '../../src')
    const files = readdirSync(source, { recursive: true, encoding: 'utf-8' })
    const asking = files.filter(
      (file) =>
        /\.(ts|vue)$/.test(file) &&
        /event\.isComposing|keyCode/.test(readFileSync(join(source, file), 'utf-8')),
    )
    expect(asking).toEqual(['ui/composing.ts'])
  })

  it('is asked about wherever Escape closes what one may type in', () => {
    const source = join(import.meta.dirname, '../../src')
    const files = readdirSync(source, { recursive: true, encoding: 'utf-8' }).filter((file) =>
      /\.(ts|vue)$/.test(file),
    )
    const closing = files.filter((file) =>
      /'Escape'|keydown\.esc/.test(readFileSync(join(source, file), 'utf-8')),
    )
    expect(closing.length).toBeGreaterThan(3)
    for (const file of closing)
      expect(readFileSync(join(source, file), 'utf-8'), file).toContain('isComposing(event)')
  })
})
