/** What a lane says of the files of an unsent reply. */

import { describe, expect, it } from 'vitest'

import type { LaneFiles } from '@/api/contract'
import { acceptOf, mediumOf, objection, readyFiles, type ReadyFile } from '@/features/workbench/draftFiles'

const MB = 1024 * 1024
const MASTODON: LaneFiles = {
  kinds: [
    { kind: 'image', most: 4, max_bytes: 16 * MB, mime_types: ['image/png', 'image/jpeg'] },
    { kind: 'video', most: 1, max_bytes: 40 * MB, mime_types: ['video/mp4'] },
  ],
  with_text: true,
  reason: null,
}
const WECHAT: LaneFiles = {
  kinds: [{ kind: 'image', most: 1, max_bytes: 10 * MB, mime_types: ['image/png'] }],
  with_text: false,
  reason: null,
}
const WEIBO: LaneFiles = { kinds: [], with_text: true, reason: '只能发文字' }

let ids = 0
function file(over: Partial<ReadyFile> = {}): ReadyFile {
  ids += 1
  const id = ids
  return {
    id,
    kind: 'image',
    mimeType: 'image/png',
    name: `${id}.png`,
    size: 2000,
    url: `/api/v1/attachments/${id}`,
    canShow: true,
    ...over,
  }
}
const several = (n: number): ReadyFile[] => Array.from({ length: n }, () => file())
const film = (): ReadyFile => file({ kind: 'video', mimeType: 'video/mp4', name: 'a.mp4' })
const why = (files: ReadyFile[], rules: LaneFiles | null, text = ''): string | null =>
  objection(files, text, rules)?.why ?? null

describe('a lane', () => {
  it('has nothing against what it takes, nor against nothing', () => {
    expect(why(several(4), MASTODON, '您好')).toBeNull()
    expect(why([film()], MASTODON)).toBeNull()
    expect(why([], WEIBO, '您好')).toBeNull()
    expect(why([file()], WECHAT)).toBeNull()
  })

  it('says which of its rules stands against the others', () => {
    expect(objection([file()], '', WEIBO)).toEqual({ why: 'none', params: { reason: '只能发文字' } })
    expect(objection(several(5), '', MASTODON)).toEqual({ why: 'many', params: { n: 4 } })
    expect(why([film(), file()], MASTODON)).toBe('mixed')
    expect(why([file({ kind: 'file', mimeType: 'application/pdf' })], MASTODON)).toBe('kind')
    expect(why([file({ mimeType: 'image/webp' })], MASTODON)).toBe('type')
    expect(objection([file({ size: 17 * MB, name: 'a.png' })], '', MASTODON)).toEqual({
      why: 'size',
      params: { name: 'a.png', max: '16 MB' },
    })
    expect(why([file()], WECHAT, '您好')).toBe('words')
  })

  it('of colleagues takes whatever the server took, up to nine', () => {
    expect(why([file({ kind: 'file', mimeType: 'application/pdf' })], null, '合同')).toBeNull()
    expect(why(several(10), null)).toBe('many')
  })

  it('offers in the dialog what it takes', () => {
    expect(acceptOf(WECHAT)).toBe('image/png')
    expect(acceptOf(null)).toBe('')
  })
})

it('gives the files of a message back as they were', () => {
  const files = several(2)
  expect(readyFiles(files.map(mediumOf))).toEqual(files)
})
