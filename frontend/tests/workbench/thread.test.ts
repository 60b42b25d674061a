import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { ConversationView, MessageView } from '@/api/contract'
import { ApiProblem, Unreachable } from '@/api/problem'
import { useEntities } from '@/stores/entities'
import { useThread } from '@/stores/thread'
import { message, request } from '../support'

interface Page {
  items: MessageView[]
  next_cursor: string | null
}
type Asked = (conversation: number, before: number | null) => Promise<Page>

const server = vi.hoisted((): { messages: unknown; get: unknown } => ({ messages: null, get: null }))
vi.mock('@/api/endpoints', () => ({
  conversations: {
    get: (id: number) => (server.get as (id: number) => Promise<ConversationView>)(id),
    messages: (id: number, before: number | null) => (server.messages as Asked)(id, before),
    markRead: () => Promise.resolve(),
  },
  requests: { get: () => Promise.reject(new Error('held already')) },
}))
vi.mock('@/stores/live', () => ({ useLive: () => ({ viewers: {}, watch: () => undefined }) }))

/** Messages of one conversation by their numbers; ids tell the conversations apart. */
function some(conversation: number, from: number, to: number): MessageView[] {
  const numbers = Array.from({ length: to - from + 1 }, (_, at) => from + at)
  return numbers.map((number) =>
    message({ id: conversation * 1000 + number, number, conversation_id: conversation }),
  )
}

function later<T>(): { promise: Promise<T>; answer: (value: T) => void; fail: (why: unknown) => void } {
  let answer!: (value: T) => void
  let fail!: (why: unknown) => void
  const promise = new Promise<T>((resolve, reject) => {
    answer = resolve
    fail = reject
  })
  return { promise, answer, fail }
}

const shown = (thread: ReturnType<typeof useThread>) => thread.messages.map((one) => one.id)

beforeEach(() => {
  setActivePinia(createPinia())
  useEntities().load('service_request', [request({ id: 1 }), request({ id: 2 })])
  server.get = (id: number) => Promise.resolve({ id, requests: [], viewers: [] })
  server.messages = (id: number) => Promise.resolve({ items: some(id, 51, 100), next_cursor: '51' })
})

describe('the open conversation', () => {
  it.each([new Unreachable('the server falls over'), new ApiProblem(500, {}), new ApiProblem(503, {})])(
    'stays, with what is being written, when it cannot be read again: %s',
    async (failure) => {
      const thread = useThread()
      await thread.open(1)
      server.get = () => Promise.reject(failure)
      expect(await thread.load()).toBe(failure)
      expect(thread.phase).toBe('ready')
      expect(shown(thread)).toHaveLength(50)
    },
  )

  it.each([403, 404])('goes when it is no longer for this person (%s)', async (status) => {
    const thread = useThread()
    await thread.open(1)
    server.get = () => Promise.reject(new ApiProblem(status, {}))
    await thread.load()
    expect(thread.phase).toBe('error')
  })

  it('never shows messages of another one, however late they come', async () => {
    const thread = useThread()
    await thread.open(1)
    const older = later<Page>()
    server.messages = () => older.promise
    const reading = thread.loadOlder()
    server.messages = (id: number) => Promise.resolve({ items: some(id, 1, 3), next_cursor: null })
    await thread.open(2)
    older.answer({ items: some(101, 1, 50), next_cursor: null })
    await reading
    expect(shown(thread)).toEqual([102001, 102002, 102003])
    expect(thread.loadingOlder).toBe(false)
  })

  it('says that older messages did not come and asks again when asked', async () => {
    const thread = useThread()
    await thread.open(1)
    const failing = later<Page>()
    server.messages = () => failing.promise
    const reading = thread.loadOlder()
    failing.fail(new Error('away'))
    await reading
    expect(thread.olderFailed).toBeInstanceOf(Error)
    expect(thread.messages).toHaveLength(50)
    server.messages = (id: number) => Promise.resolve({ items: some(id, 1, 50), next_cursor: null })
    await thread.loadOlder()
    expect([thread.olderFailed, thread.messages.length, thread.olderCursor]).toEqual([null, 100, null])
  })

  it('leaves no hole when more came meanwhile than one page holds', async () => {
    const thread = useThread()
    await thread.open(1)
    server.messages = (id: number) => Promise.resolve({ items: some(id, 151, 200), next_cursor: '151' })
    await thread.load()
    expect(thread.messages.map((one) => one.number)).toEqual(some(101, 151, 200).map((one) => one.number))
    const asked: (number | null)[] = []
    server.messages = (id: number, before: number | null) => {
      asked.push(before)
      return Promise.resolve({ items: some(id, 101, 150), next_cursor: '101' })
    }
    await thread.loadOlder()
    expect(asked).toEqual([151])
    expect(thread.messages).toHaveLength(100)
  })

  it('keeps what was read of the past when a lost connection comes back', async () => {
    const thread = useThread()
    await thread.open(1)
    server.messages = (id: number) => Promise.resolve({ items: some(id, 1, 50), next_cursor: null })
    await thread.loadOlder()
    server.messages = (id: number) => Promise.resolve({ items: some(id, 60, 109), next_cursor: '60' })
    await thread.load()
    expect(thread.messages).toHaveLength(109)
  })
})
