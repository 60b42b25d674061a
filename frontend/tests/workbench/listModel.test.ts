import { describe, expect, it } from 'vitest'

import { compare, inOrder, placed, settle, type Place } from '@/features/workbench/listModel'

describe('the order', () => {
  it('is the server’s, number by number', () => {
    const places = new Map<number, Place>([
      [1, [20, 0, 2, 1]],
      [2, [10, 5, 3, 2]],
      [3, [10, 5, 1, 3]],
    ])
    expect(inOrder(places)).toEqual([3, 2, 1])
    expect(compare([1, 2], [1, 2])).toBe(0)
  })
})

describe('what the server said about changed requests', () => {
  const places = new Map<number, Place>([
    [1, [10]],
    [2, [20]],
    [3, [30]],
  ])

  it('brings in who belongs and takes out who does not', () => {
    const next = placed(places, [2, 9], [{ id: 9, place: [5] }], null)
    expect(inOrder(next)).toEqual([9, 1, 3])
    expect(inOrder(places)).toEqual([1, 2, 3])
  })

  it('moves who stands elsewhere now', () => {
    expect(inOrder(placed(places, [1], [{ id: 1, place: [25] }], null))).toEqual([2, 1, 3])
  })

  it('leaves to the next page what sorts behind the last row loaded', () => {
    const answer = [
      { id: 8, place: [31] },
      { id: 9, place: [29] },
    ]
    expect(inOrder(placed(places, [8, 9], answer, [30]))).toEqual([1, 2, 9, 3])
  })
})

describe('a list under the pointer', () => {
  it('does not move: newcomers wait and leavers keep their place', () => {
    expect(settle({ shown: [1, 2, 3], waiting: [] }, [9, 1, 3], true)).toEqual({
      shown: [1, 2, 3],
      waiting: [9],
    })
  })

  it('comes up to date once the pointer is gone', () => {
    expect(settle({ shown: [1, 2, 3], waiting: [9] }, [9, 1, 3], false)).toEqual({
      shown: [9, 1, 3],
      waiting: [],
    })
  })
})
