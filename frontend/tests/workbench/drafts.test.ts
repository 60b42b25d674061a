import { beforeEach, describe, expect, it } from 'vitest'

import { Drafts } from '@/features/workbench/drafts'

beforeEach(() => localStorage.clear())

describe('drafts', () => {
  it('keep the text of each lane apart', () => {
    const drafts = new Drafts(localStorage, 3)
    drafts.write(1, 'public', '公开的话')
    drafts.write(1, 'private', '私下的话')
    expect(drafts.read(1, 'public')).toBe('公开的话')
    expect(drafts.read(1, 'private')).toBe('私下的话')
    expect(drafts.read(1, 'note')).toBe('')
    expect(drafts.read(2, 'public')).toBe('')
  })

  it('survive a reload of the page', () => {
    new Drafts(localStorage, 3).write(1, 'note', '先打座机')
    expect(new Drafts(localStorage, 3).read(1, 'note')).toBe('先打座机')
  })

  it('belong to one person', () => {
    new Drafts(localStorage, 3).write(1, 'public', '别人看不到')
    expect(new Drafts(localStorage, 4).read(1, 'public')).toBe('')
  })

  it('leave nothing behind once emptied', () => {
    const drafts = new Drafts(localStorage, 3)
    drafts.write(1, 'public', '写了又删')
    drafts.write(1, 'public', '  \n')
    expect(localStorage.length).toBe(0)
  })

  it('do not stop the writer when storage is full', () => {
    const full = {
      getItem: () => null,
      removeItem: () => undefined,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError')
      },
    }
    expect(() => new Drafts(full, 3).write(1, 'public', '继续写')).not.toThrow()
  })
})
