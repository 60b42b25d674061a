/** Files of unsent replies, per conversation and lane: uploaded as soon as they are chosen, kept in this browser until sent. */

import { defineStore } from 'pinia'
import { reactive } from 'vue'

import type { ComposerLane } from '@/api/contract'
import { attachments } from '@/api/endpoints'
import { ApiProblem } from '@/api/problem'
import { uploadFile } from '@/api/upload'
import { draftOf, readyFile, type DraftFile, type ReadyFile } from '@/features/workbench/draftFiles'
import { newKey } from '@/features/workbench/idempotency'
import { useSession } from './session'

const PREFIX = 'lingke.files'

export const useDraftFiles = defineStore('draftFiles', () => {
  const session = useSession()
  const held = reactive(new Map<string, DraftFile[]>())
  /** What is on its way, by the file's key: its content, and how to stop it. */
  const coming = new Map<string, { file: File; stop: AbortController }>()

  function slot(conversationId: number, lane: ComposerLane): string {
    return `${session.operator?.id ?? 0}.${conversationId}.${lane}`
  }

  function read(conversationId: number, lane: ComposerLane): readonly DraftFile[] {
    if (session.looking) return []
    const name = slot(conversationId, lane)
    return held.get(name) ?? stored(name)
  }

  function stored(name: string): DraftFile[] {
    try {
      const files = JSON.parse(localStorage.getItem(`${PREFIX}.${name}`) ?? '[]') as ReadyFile[]
      return files.map(draftOf)
    } catch {
      // A half-written value is worth less than a working composer.
      return []
    }
  }

  function write(name: string, files: DraftFile[]): void {
    if (session.looking) return
    held.set(name, files)
    const ready = files.flatMap((file) => file.ready ?? [])
    try {
      if (ready.length === 0) localStorage.removeItem(`${PREFIX}.${name}`)
      else localStorage.setItem(`${PREFIX}.${name}`, JSON.stringify(ready))
    } catch {
      // Storage is full or forbidden: only a reload would lose them.
    }
  }

  function change(name: string, key: string, change: Partial<DraftFile>): void {
    write(
      name,
      (held.get(name) ?? []).map((file) => (file.key === key ? { ...file, ...change } : file)),
    )
  }

  function add(conversationId: number, lane: ComposerLane, file: File): void {
    const name = slot(conversationId, lane)
    const key = newKey()
    const entry: DraftFile = {
      key,
      name: file.name,
      size: file.size,
      share: 0,
      state: 'uploading',
      ready: null,
      problem: '',
    }
    write(name, [...read(conversationId, lane), entry])
    void upload(name, key, file)
  }

  async function upload(name: string, key: string, file: File): Promise<void> {
    const stop = new AbortController()
    coming.set(key, { file, stop })
    try {
      const told = await uploadFile(file, (share) => change(name, key, { share }), stop.signal)
      coming.delete(key)
      const ready = readyFile(told)
      change(name, key, { state: 'ready', share: 1, ready, name: ready.name })
    } catch (error) {
      if (stop.signal.aborted) return
      if (!(error instanceof ApiProblem) || error.status >= 500 || error.status === 401) {
        change(name, key, { state: 'broken' })
        return
      }
      coming.delete(key)
      change(name, key, { state: 'refused', problem: [error.title, error.detail].filter(Boolean).join('：') })
    }
  }

  /** Try one again whose upload got no answer. */
  function again(conversationId: number, lane: ComposerLane, key: string): void {
    const file = coming.get(key)?.file
    const name = slot(conversationId, lane)
    if (!file) return
    change(name, key, { state: 'uploading', share: 0 })
    void upload(name, key, file)
  }

  function remove(conversationId: number, lane: ComposerLane, key: string): void {
    const name = slot(conversationId, lane)
    const gone = read(conversationId, lane).find((file) => file.key === key)
    coming.get(key)?.stop.abort()
    coming.delete(key)
    write(
      name,
      read(conversationId, lane).filter((file) => file.key !== key),
    )
    // What hangs on a message stays there; the rest would be let go in a day by itself.
    if (gone?.ready) attachments.drop(gone.ready.id).catch(() => undefined)
  }

  /** All of them leave with a message, or move to another lane. */
  function take(conversationId: number, lane: ComposerLane): ReadyFile[] {
    const files = read(conversationId, lane).flatMap((file) => file.ready ?? [])
    write(slot(conversationId, lane), [])
    return files
  }

  /** Files that came back (undone, refused) beside those already there. */
  function giveBack(conversationId: number, lane: ComposerLane, files: readonly ReadyFile[]): void {
    const known = read(conversationId, lane)
    const more = files.map(draftOf).filter((file) => known.every((one) => one.key !== file.key))
    if (more.length > 0) write(slot(conversationId, lane), [...known, ...more])
  }

  return { read, add, again, remove, take, giveBack }
})
