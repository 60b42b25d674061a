import { describe, expect, it } from 'vitest'

import { mergedList, mergedValue } from '@/ui/merging'

describe('what two people made of the same', () => {
  it('keeps what each put in and took out', () => {
    expect(mergedList(['a', 'b', 'c'], ['a', 'b', 'mine'], ['b', 'c', 'theirs'])).toEqual([
      'b',
      'theirs',
      'mine',
    ])
  })

  it('has what both put in once', () => expect(mergedList<number>([], [1, 2], [2, 3])).toEqual([2, 3, 1]))

  it('is theirs where I changed nothing, mine where I did', () => {
    expect(mergedValue('a', 'a', 'theirs')).toBe('theirs')
    expect(mergedValue('a', 'mine', 'theirs')).toBe('mine')
    expect(mergedList([1], [1], [1, 2])).toEqual([1, 2])
  })
})
