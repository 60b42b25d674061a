/** Files on an unsent reply: how far each has come, and which of them a lane takes. Pure; the store is `stores/draftFiles.ts`. */

import type { LaneFiles } from '@/api/contract'
import type { Attachment } from '@/api/upload'
import { sizeText, type Medium } from '@/ui/media/mediaModel'

/** One that the server has: what a message needs to carry it, and a screen to show it. */
export interface ReadyFile {
  id: number
  kind: string
  mimeType: string
  name: string
  size: number
  url: string
  canShow: boolean
}

export interface DraftFile {
  key: string
  name: string
  size: number
  /** 0..1 while it is on its way. */
  share: number
  /** uploading; ready; refused: it will never do; broken: no answer came, trying again may help. */
  state: 'uploading' | 'ready' | 'refused' | 'broken'
  ready: ReadyFile | null
  /** Why it was refused, in the reader's language. */
  problem: string
}

export function readyFile(file: Attachment): ReadyFile {
  const { id, kind, name, size, url } = file
  return { id, kind, name, size, url, mimeType: file.mime_type, canShow: file.can_show }
}

/** The files of a message of ours, to be carried by another: the server lets go of none of them. */
export function readyFiles(media: readonly Medium[]): ReadyFile[] {
  return media.flatMap((medium) =>
    medium.attachment_id === null || medium.url === null
      ? []
      : [
          {
            id: medium.attachment_id,
            kind: medium.kind,
            mimeType: medium.mime_type ?? '',
            name: medium.name ?? '',
            size: medium.size ?? 0,
            url: medium.url,
            canShow: medium.can_show,
          },
        ],
  )
}

export function draftOf(file: ReadyFile): DraftFile {
  const { name, size } = file
  return { key: `a${file.id}`, name, size, share: 1, state: 'ready', ready: file, problem: '' }
}

/** As a message will show it. */
export function mediumOf(file: ReadyFile): Medium {
  return {
    id: null,
    attachment_id: file.id,
    kind: file.kind,
    state: 'ready',
    reason: null,
    can_ask: false,
    url: file.url,
    can_show: file.canShow,
    preview_url: null,
    mime_type: file.mimeType,
    size: file.size,
    name: file.name,
    title: null,
    description: null,
    duration_seconds: null,
    latitude: null,
    longitude: null,
    link: null,
  }
}

/** Why files cannot go like this: a key below `attach.why` with its parameters. */
export interface Objection {
  why: 'none' | 'kind' | 'type' | 'size' | 'many' | 'mixed' | 'words'
  params: Record<string, string | number>
}

/** On a note; a reply's number is the platform's. */
export const MOST_FILES = 9

/** What the lane says against these files beside these words; null when they may go. */
export function objection(
  files: readonly ReadyFile[],
  text: string,
  rules: LaneFiles | null,
): Objection | null {
  if (files.length === 0) return null
  if (rules === null) return files.length > MOST_FILES ? { why: 'many', params: { n: MOST_FILES } } : null
  if (rules.kinds.length === 0) return { why: 'none', params: { reason: rules.reason ?? '' } }
  for (const file of files) {
    const found = against(file, files, rules)
    if (found) return found
  }
  return !rules.with_text && text.trim() !== '' ? { why: 'words', params: {} } : null
}

function against(file: ReadyFile, files: readonly ReadyFile[], rules: LaneFiles): Objection | null {
  const rule = rules.kinds.find((kind) => kind.kind === file.kind)
  if (!rule) return { why: 'kind', params: { name: file.name } }
  if (!rule.mime_types.includes(file.mimeType)) return { why: 'type', params: { name: file.name } }
  if (file.size > rule.max_bytes)
    return { why: 'size', params: { name: file.name, max: sizeText(rule.max_bytes) } }
  if (files.length <= rule.most) return null
  const mixed = files.some((other) => other.kind !== file.kind)
  return { why: mixed ? 'mixed' : 'many', params: { n: rule.most } }
}

/** For the file dialog: what may be chosen at all. Empty where anything may. */
export function acceptOf(rules: LaneFiles | null): string {
  return rules === null ? '' : rules.kinds.flatMap((kind) => kind.mime_types).join(',')
}
