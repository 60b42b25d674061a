import { describe, expect, it } from 'vitest'

import { notYetConfirmed } from '@/features/workbench/pending'
import { countByTab, originalPost, threadItems } from '@/features/workbench/threadItems'
import type { OutboxEntry } from '@/features/workbench/outboxQueue'
import { message } from '../support'

const TODAY = '2026-05-01T09:00:00Z'
const messages = [
  message({ id: 1, kind: 'mention', text: '原帖' }),
  message({ id: 2, direction: 'system', lane: 'internal', kind: 'system' }),
  message({ id: 3, direction: 'system', lane: 'internal', kind: 'system' }),
  message({ id: 4, direction: 'outbound', kind: 'reply' }),
  message({ id: 5, lane: 'private', kind: 'private_message' }),
  message({ id: 6, direction: 'note', lane: 'internal', kind: 'note' }),
  message({ id: 7 }),
]

describe('the thread', () => {
  it('pins the post it began with and folds system lines that follow each other', () => {
    const pinned = originalPost(messages)
    expect(pinned?.id).toBe(1)
    const kinds = threadItems(messages, 'all', pinned, 99, TODAY).map((item) => item.kind)
    expect(kinds).toEqual(['system', 'message', 'message', 'message', 'message'])
  })

  it('puts the divider before the first unread message of the customer', () => {
    const items = threadItems(messages, 'all', messages[0] ?? null, 4, TODAY)
    const divider = items.findIndex((item) => item.kind === 'unread')
    expect(items[divider]).toMatchObject({ count: 2 })
    expect(items[divider + 1]).toMatchObject({ message: { id: 5 } })
  })

  it('shows one lane at a time, without system lines', () => {
    const ids = threadItems(messages, 'private', null, 99, TODAY).map((item) => item.key)
    expect(ids).toEqual(['m-5'])
    expect(countByTab(messages)).toEqual({ all: 5, public: 3, private: 1, note: 1 })
  })

  it('names the day when it changes', () => {
    const items = threadItems(
      [message({ id: 1, occurred_at: '2026-04-28T02:00:00Z' }), message({ id: 2 })],
      'all',
      null,
      99,
      TODAY,
    )
    expect(items.map((item) => item.kind)).toEqual(['day', 'message', 'day', 'message'])
  })
})

describe('a reply on its way', () => {
  const entry: OutboxEntry = {
    key: 'k',
    conversationId: 101,
    requestId: 1,
    lane: 'public',
    text: '好的',
    inReplyTo: null,
    contactName: '客户',
    createdAt: '2026-05-01T02:00:00Z',
    state: 'posting',
    problem: null,
  }

  it('gives way to the message as soon as that is here, so that it is never seen twice', () => {
    const twin = message({ id: 8, direction: 'outbound', text: '好的', occurred_at: '2026-05-01T02:00:01Z' })
    expect(notYetConfirmed([entry], [])).toHaveLength(1)
    expect(notYetConfirmed([entry], [twin])).toHaveLength(0)
  })

  it('is not taken for an older message with the same words', () => {
    const older = message({ id: 8, direction: 'outbound', text: '好的', occurred_at: '2026-05-01T01:00:00Z' })
    expect(notYetConfirmed([entry], [older])).toHaveLength(1)
  })

  it('pairs two equal replies with two messages', () => {
    const twin = message({ id: 8, direction: 'outbound', text: '好的', occurred_at: '2026-05-01T02:00:01Z' })
    expect(notYetConfirmed([entry, { ...entry, key: 'k2' }], [twin])).toHaveLength(1)
  })
})
