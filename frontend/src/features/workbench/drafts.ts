/** What was written and not sent yet, per conversation and lane, kept in this browser. */

import type { ComposerLane } from '@/api/contract'

const PREFIX = 'lingke.draft'

export interface DraftStorage {
  getItem: (key: string) => string | null
  setItem: (key: string, value: string) => void
  removeItem: (key: string) => void
}

export class Drafts {
  private readonly storage: DraftStorage
  private readonly operatorId: number

  /** Drafts belong to the operator: two people sharing a machine never see each other's. */
  constructor(storage: DraftStorage, operatorId: number) {
    this.storage = storage
    this.operatorId = operatorId
  }

  read(conversationId: number, lane: ComposerLane): string {
    return this.storage.getItem(this.key(conversationId, lane)) ?? ''
  }

  write(conversationId: number, lane: ComposerLane, text: string): void {
    const key = this.key(conversationId, lane)
    if (text.trim() === '') {
      this.storage.removeItem(key)
      return
    }
    try {
      this.storage.setItem(key, text)
    } catch {
      // Storage is full or forbidden: the text stays in the box, only a reload would lose it.
    }
  }

  private key(conversationId: number, lane: ComposerLane): string {
    return `${PREFIX}.${this.operatorId}.${conversationId}.${lane}`
  }
}
