/**
 * Replies and notes on their way to the server. They leave in the order they were written, one at a time, each with
 * the idempotency key it was born with; a call that got no answer is repeated with the same key, so the server sees
 * one message however often the line breaks. The queue survives a reload of the page.
 */

import { isTransient, ApiProblem } from '@/api/problem'
import type { ComposerLane, MessageView } from '@/api/contract'
import { sendQuestion, type Confirmation, type SendQuestion } from './claimQuestion'
import type { ReadyFile } from './draftFiles'

export type { Confirmation } from './claimQuestion'

export interface Problem {
  code: string
  detail: string
  requestId: string | null
  /** Set when a yes is all that is missing: who it is about, and since when. */
  question?: SendQuestion
  /** The same words without the names of others, who would get a private message too. */
  plainText?: string
}

export interface OutboxEntry {
  key: string
  conversationId: number
  requestId: number
  lane: ComposerLane
  text: string
  /** What goes out with it, all of it with the server already. */
  files?: ReadyFile[]
  inReplyTo: number | null
  /** When the reply should leave; without it, at once. */
  sendAt?: string | null
  /** Why personal data may stand in it. */
  personalData?: { confirmed: true; reason: string } | null
  /** A warning or visibility other than that of the message which is answered. */
  contentWarning?: string | null
  visibility?: string | null
  contactName: string
  createdAt: string
  /** Resolve the request in the same act. */
  resolve?: boolean
  /** What the person was asked and said yes to. */
  confirm?: Confirmation[]
  /** waiting: not handed over yet; posting: a call is under way; refused: the server said no, a person decides. */
  state: 'waiting' | 'posting' | 'refused'
  problem: Problem | null
}

export interface OutboxPorts {
  post: (entry: OutboxEntry) => Promise<MessageView>
  load: () => OutboxEntry[]
  save: (entries: OutboxEntry[]) => void
  /** The queue changed; the argument is a copy. */
  changed: (entries: OutboxEntry[]) => void
  accepted: (entry: OutboxEntry, message: MessageView) => void
  wait: (ms: number) => Promise<void>
}

const RETRY_DELAYS_MS = [1_000, 2_000, 5_000, 10_000]

export class OutboxQueue {
  private entries: OutboxEntry[]
  private readonly ports: OutboxPorts
  private draining = false
  private failures = 0
  private stopped = false

  constructor(ports: OutboxPorts) {
    this.ports = ports
    // A call that was under way when the page closed may have arrived: repeat it, the key makes that safe.
    this.entries = ports
      .load()
      .map((entry) => (entry.state === 'posting' ? { ...entry, state: 'waiting' } : entry))
  }

  list(): OutboxEntry[] {
    return this.entries.map((entry) => ({ ...entry }))
  }

  add(entry: Omit<OutboxEntry, 'state' | 'problem'>): void {
    if (this.entries.some((held) => held.key === entry.key)) return
    this.entries.push({ ...entry, state: 'waiting', problem: null })
    this.publish()
    void this.drain()
  }

  /** Take an entry back before it was handed over; false when a call for it is already under way. */
  remove(key: string): boolean {
    const entry = this.entries.find((held) => held.key === key)
    if (!entry || entry.state === 'posting') return false
    this.entries = this.entries.filter((held) => held.key !== key)
    this.publish()
    return true
  }

  /** The person was asked and says yes: hand it over again, under the same key. */
  confirm(key: string): void {
    const entry = this.entries.find((held) => held.key === key)
    const question = entry?.problem?.question
    if (!entry || entry.state !== 'refused' || !question) return
    const confirm = [...new Set([...(entry.confirm ?? []), question.confirm])]
    this.update(entry, { state: 'waiting', problem: null, confirm })
    void this.drain()
  }

  stop(): void {
    this.stopped = true
  }

  /** Hand over what waits, oldest first. Safe to call at any time. */
  async drain(): Promise<void> {
    if (this.draining) return
    this.draining = true
    try {
      let entry = this.next()
      while (entry) {
        if (!(await this.handOver(entry))) break
        entry = this.next()
      }
    } finally {
      this.draining = false
    }
  }

  private next(): OutboxEntry | undefined {
    return this.stopped ? undefined : this.entries.find((entry) => entry.state === 'waiting')
  }

  /** One attempt; false when the line is down and there is no point in going on now. */
  private async handOver(entry: OutboxEntry): Promise<boolean> {
    this.update(entry, { state: 'posting' })
    try {
      const message = await this.ports.post(entry)
      this.failures = 0
      this.entries = this.entries.filter((held) => held.key !== entry.key)
      this.ports.accepted(entry, message)
      this.publish()
      return true
    } catch (error) {
      return this.failed(entry, error)
    }
  }

  private async failed(entry: OutboxEntry, error: unknown): Promise<boolean> {
    if (error instanceof ApiProblem && error.status === 429) {
      this.update(entry, { state: 'waiting' })
      await this.ports.wait((error.retryAfter ?? 5) * 1000)
      return true
    }
    if (error instanceof ApiProblem && error.status === 401) {
      this.update(entry, { state: 'waiting' })
      return false
    }
    if (isTransient(error)) return this.lineDown(entry)
    const problem: Problem =
      error instanceof ApiProblem
        ? {
            code: error.code,
            detail: error.detail || error.title,
            requestId: error.requestId,
            ...questionOf(error),
            ...plainTextOf(error),
          }
        : { code: 'unexpected', detail: '', requestId: null }
    this.update(entry, { state: 'refused', problem })
    return true
  }

  private async lineDown(entry: OutboxEntry): Promise<boolean> {
    this.update(entry, { state: 'waiting' })
    const delay = RETRY_DELAYS_MS[this.failures]
    this.failures += 1
    if (delay === undefined) {
      // Give up for now; a reconnect calls drain again.
      this.failures = 0
      return false
    }
    await this.ports.wait(delay)
    return true
  }

  private update(entry: OutboxEntry, change: Partial<OutboxEntry>): void {
    this.entries = this.entries.map((held) => (held.key === entry.key ? { ...held, ...change } : held))
    this.publish()
  }

  private publish(): void {
    this.ports.save(this.entries)
    this.ports.changed(this.list())
  }
}

function questionOf(error: ApiProblem): Pick<Problem, 'question'> {
  const question = sendQuestion(error)
  return question ? { question } : {}
}

function plainTextOf(error: ApiProblem): Pick<Problem, 'plainText'> {
  const text = error.code === 'private_reply_names_others' ? error.body['plain_text'] : null
  return typeof text === 'string' ? { plainText: text } : {}
}
