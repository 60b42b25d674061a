/** Drafts as the list shows them: read from this browser once, then kept in step with the composer. */

import { defineStore } from 'pinia'
import { reactive } from 'vue'

import type { ComposerLane } from '@/api/contract'
import { Drafts } from '@/features/workbench/drafts'
import { useSession } from './session'

export const useDrafts = defineStore('drafts', () => {
  const session = useSession()
  const texts = reactive(new Map<string, string>())

  function disk(): Drafts {
    return new Drafts(localStorage, session.operator?.id ?? 0)
  }

  function key(conversationId: number, lane: ComposerLane): string {
    return `${session.operator?.id ?? 0}.${conversationId}.${lane}`
  }

  function read(conversationId: number, lane: ComposerLane): string {
    // What the person began to write in this browser is not shown to whoever looks through their eyes.
    if (session.looking) return ''
    const slot = key(conversationId, lane)
    const held = texts.get(slot)
    if (held !== undefined) return held
    return disk().read(conversationId, lane)
  }

  function write(conversationId: number, lane: ComposerLane, text: string): void {
    if (session.looking) return
    texts.set(key(conversationId, lane), text)
    disk().write(conversationId, lane, text)
  }

  /** The start of an unsent reply, for the list. */
  function preview(conversationId: number): string {
    return (read(conversationId, 'private') || read(conversationId, 'public')).slice(0, 60)
  }

  return { read, write, preview }
})
