import { describe, expect, it } from 'vitest'

import type { MessageView } from '@/api/contract'
import { ApiProblem, Unreachable } from '@/api/problem'
import { OutboxQueue, type OutboxEntry } from '@/features/workbench/outboxQueue'
import { message } from '../support'

/** A server that keeps one message per key, and a line that can be cut before or after it hears a call. */
class Server {
  readonly stored = new Map<string, MessageView>()
  readonly order: string[] = []
  /** What happens to the coming calls, first to last; afterwards everything works. */
  trouble: ('cut_before' | 'cut_after' | ApiProblem)[] = []
  saved: OutboxEntry[] = []
  waits: number[] = []

  queue(): OutboxQueue {
    return new OutboxQueue({
      post: (entry) => this.post(entry),
      load: () => this.saved,
      save: (entries) => (this.saved = structuredClone(entries)),
      changed: () => undefined,
      accepted: () => undefined,
      wait: (ms) => {
        this.waits.push(ms)
        return Promise.resolve()
      },
    })
  }

  private post(entry: OutboxEntry): Promise<MessageView> {
    const trouble = this.trouble.shift()
    if (trouble === 'cut_before') return Promise.reject(new Unreachable(null))
    if (trouble instanceof ApiProblem) return Promise.reject(trouble)
    let held = this.stored.get(entry.key)
    if (!held) {
      held = message({ id: this.stored.size + 1, text: entry.text })
      this.stored.set(entry.key, held)
      this.order.push(entry.text)
    }
    return trouble === 'cut_after' ? Promise.reject(new Unreachable(null)) : Promise.resolve(held)
  }
}

function entry(key: string, text: string): Omit<OutboxEntry, 'state' | 'problem'> {
  return {
    key,
    conversationId: 1,
    requestId: 2,
    lane: 'private',
    text,
    inReplyTo: null,
    contactName: '客户',
    createdAt: '2026-05-01T02:00:00Z',
  }
}

async function emptied(queue: OutboxQueue): Promise<void> {
  for (let round = 0; round < 50 && queue.list().some((one) => one.state !== 'refused'); round += 1) {
    await queue.drain()
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}

describe('the outbox', () => {
  it('sends in the order of writing', async () => {
    const server = new Server()
    const queue = server.queue()
    for (const text of ['一', '二', '三']) queue.add(entry(`key-${text}`, text))
    await emptied(queue)
    expect(server.order).toEqual(['一', '二', '三'])
    expect(queue.list()).toEqual([])
  })

  it('keeps the order while the line breaks before and after the server has heard', async () => {
    const server = new Server()
    server.trouble = ['cut_before', 'cut_after', 'cut_before', 'cut_before', 'cut_after']
    const queue = server.queue()
    for (const text of ['一', '二', '三']) queue.add(entry(`key-${text}`, text))
    await emptied(queue)
    expect(server.order).toEqual(['一', '二', '三'])
    expect(server.stored.size).toBe(3)
  })

  it('repeats with the same key after the page was closed in the middle of a call', async () => {
    const server = new Server()
    const first = server.queue()
    first.add(entry('key-1', '一'))
    // The page dies now: the call has reached the server, its answer has not reached the page.
    server.saved = [{ ...entry('key-1', '一'), state: 'posting', problem: null }]
    const second = server.queue()
    await emptied(second)
    await emptied(first)
    expect(server.order).toEqual(['一'])
  })

  it('keeps what the server refuses, with the reason, and goes on with the next', async () => {
    const server = new Server()
    server.trouble = [
      new ApiProblem(422, { code: 'reply_too_long', detail: '超出 12 字', request_id: 'r-1' }),
    ]
    const queue = server.queue()
    queue.add(entry('key-1', '一'))
    queue.add(entry('key-2', '二'))
    await emptied(queue)
    expect(server.order).toEqual(['二'])
    expect(queue.list()).toMatchObject([
      { key: 'key-1', state: 'refused', problem: { code: 'reply_too_long', requestId: 'r-1' } },
    ])
  })

  it('waits as long as the server asks', async () => {
    const server = new Server()
    server.trouble = [new ApiProblem(429, { code: 'rate_limited', retry_after: 7 })]
    const queue = server.queue()
    queue.add(entry('key-1', '一'))
    await emptied(queue)
    expect(server.waits).toContain(7000)
    expect(server.order).toEqual(['一'])
  })

  it('keeps everything when the session has ended', async () => {
    const server = new Server()
    server.trouble = [new ApiProblem(401, { code: 'unauthenticated' })]
    const queue = server.queue()
    queue.add(entry('key-1', '一'))
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(server.order).toEqual([])
    expect(server.saved).toMatchObject([{ key: 'key-1', state: 'waiting' }])
  })

  it('takes back only what has not been handed over', async () => {
    const server = new Server()
    server.trouble = [new ApiProblem(401, { code: 'unauthenticated' })]
    const queue = server.queue()
    queue.add(entry('key-1', '一'))
    expect(queue.remove('key-1')).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(queue.remove('key-1')).toBe(true)
    expect(queue.list()).toEqual([])
  })
})
