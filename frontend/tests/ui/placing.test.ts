import { describe, expect, it } from 'vitest'

import { placeOf, type Placement } from '@/ui/placing'

const ROOM = { width: 1000, height: 800 }
const SIZE = { width: 200, height: 300 }

function button(left: number, top: number) {
  return { left, right: left + 80, top, bottom: top + 32 }
}

const CASES: [why: string, at: [number, number], side: Placement, expected: [number, number]][] = [
  ['below, ends in line', [500, 100], 'bottom-end', [380, 138]],
  ['below, beginnings in line', [500, 100], 'bottom-start', [500, 138]],
  ['above when asked', [500, 500], 'top-end', [380, 194]],
  ['above without room below', [500, 700], 'bottom-end', [380, 394]],
  ['below without room above', [500, 100], 'top-end', [380, 138]],
  ['never beyond the left edge', [10, 100], 'bottom-end', [8, 138]],
  ['never beyond the right edge', [950, 100], 'bottom-start', [792, 138]],
]

describe('a pop-up', () => {
  it.each(CASES)('goes %s', (_why, [left, top], side, expected) => {
    const place = placeOf(button(left, top), SIZE, ROOM, side)
    expect([place.left, place.top]).toEqual(expected)
  })

  it('stays on a screen that is too small for it', () => {
    const place = placeOf(button(100, 100), SIZE, { width: 150, height: 200 }, 'bottom-end')
    expect(place).toEqual({ left: 8, top: 8 })
  })
})
