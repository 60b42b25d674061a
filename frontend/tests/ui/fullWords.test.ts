/** Words that are cut can be read in full by pointing at them. */

import { beforeAll, describe, expect, it } from 'vitest'

import { tellFullWords } from '@/ui/fullWords'

beforeAll(() => tellFullWords(document))

function pointedAt(widths: { whole: number; room: number }, title = ''): HTMLElement {
  const box = document.createElement('span')
  box.style.textOverflow = 'ellipsis'
  box.innerHTML = '<b>云岭宽带 Broadband</b>'
  if (title) box.title = title
  Object.defineProperty(box, 'scrollWidth', { configurable: true, value: widths.whole })
  Object.defineProperty(box, 'clientWidth', { configurable: true, value: widths.room })
  document.body.append(box)
  point(box)
  return box
}

function point(box: HTMLElement): void {
  box.firstElementChild?.dispatchEvent(new Event('pointerover', { bubbles: true }))
}

describe('words that end in an ellipsis', () => {
  it('are told in full, and no longer once they fit', () => {
    const box = pointedAt({ whole: 120, room: 80 })
    expect(box.title).toBe('云岭宽带 Broadband')
    Object.defineProperty(box, 'scrollWidth', { value: 80 })
    point(box)
    expect(box.title).toBe('')
  })

  it('are left alone when they fit, or have a title of their own', () => {
    expect(pointedAt({ whole: 80, room: 80 }).title).toBe('')
    expect(pointedAt({ whole: 120, room: 80 }, '别的').title).toBe('别的')
  })
})
