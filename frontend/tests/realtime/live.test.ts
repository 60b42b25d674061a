import { EventEmitter } from 'node:events'
import type { Socket } from 'socket.io-client'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { EventView, Viewer } from '@/api/contract'
import { Live, type LiveState } from '@/realtime/live'
import { event } from '../support'

/** A server's end of the line: remembers what was asked and answers subscriptions as told. */
class Line extends EventEmitter {
  connected = false
  asked: number[] = []
  answers: { ok: boolean; reload?: boolean }[] = []
  viewers: Viewer[] = []

  connect(): this {
    this.connected = true
    super.emit('connect')
    return this
  }

  disconnect(): this {
    if (this.connected) {
      this.connected = false
      super.emit('disconnect')
    }
    return this
  }

  /** The server ends the connection on purpose, which Socket.IO's client takes for the last word. */
  cut(): void {
    this.connected = false
    super.emit('disconnect', 'io server disconnect')
  }

  timeout(): this {
    return this
  }

  emitWithAck(_name: string, body: { after: number }): Promise<unknown> {
    this.asked.push(body.after)
    return Promise.resolve(this.answers.shift() ?? { ok: true, reload: false })
  }

  override emit(name: string, ...rest: unknown[]): boolean {
    const answer = rest.at(-1)
    if (name !== 'conversation.watch' || typeof answer !== 'function') return super.emit(name, ...rest)
    answer({ ok: true, viewers: this.viewers })
    return true
  }

  deliverViewers(change: { conversation_id: number; changed: Viewer[]; left: number[] }): void {
    super.emit('conversation.viewers', change)
  }

  deliver(seqs: number[], seq: number): void {
    super.emit('events', { events: seqs.map((one) => event(one, 'topic.withdrawn', { id: 1 })), seq })
  }
}

let line: Line
let handled: number[]
let shown: number[]
let states: LiveState[]
let reloads: number
let readings: Promise<number>[]
let ended: boolean
let turned: number

function start(after: number): Live {
  const live = new Live(
    after,
    {
      onEvents: (events: EventView[]) => handled.push(...events.map((one) => one.seq)),
      onReload: () => {
        reloads += 1
        return readings.shift() ?? Promise.resolve(500)
      },
      onState: (state) => states.push(state),
      onViewers: (_id, viewers) => (shown = viewers.map((viewer) => viewer.id)),
      onEnded: () => (ended = true),
      onTurned: () => (turned += 1),
    },
    line as unknown as Socket,
  )
  live.start()
  return live
}

beforeEach(() => {
  line = new Line()
  handled = []
  shown = []
  states = []
  reloads = 0
  readings = []
  ended = false
  turned = 0
})

/** How long a state may be waited for: a hang ends, a busy machine passes. */
const PATIENCE = { timeout: 20_000 }

const settle = () => vi.waitFor(() => expect(states.at(-1)).toBe('online'), PATIENCE)

describe('the live connection', () => {
  it('subscribes behind what the page was loaded with', async () => {
    start(41)
    await settle()
    expect(line.asked).toEqual([41])
  })

  it('handles each event once, also when the server repeats some', async () => {
    start(41)
    await settle()
    line.deliver([42, 43], 43)
    line.deliver([43, 44], 44)
    expect(handled).toEqual([42, 43, 44])
  })

  it('subscribes behind the last event after a cut', async () => {
    const live = start(41)
    await settle()
    line.deliver([42, 43], 43)
    line.disconnect()
    expect(states.at(-1)).toBe('reconnecting')
    line.connect()
    await settle()
    expect(line.asked).toEqual([41, 43])
    live.stop()
  })

  it('moves on past numbers that were not meant for this person', async () => {
    start(41)
    await settle()
    line.deliver([], 90)
    line.disconnect()
    line.connect()
    await settle()
    expect(line.asked.at(-1)).toBe(90)
  })

  it('loads everything anew when told to, then subscribes behind that load', async () => {
    line.answers = [{ ok: true, reload: true }]
    start(41)
    await settle()
    expect(reloads).toBe(1)
    expect(line.asked).toEqual([41, 500])
  })

  it('loads everything anew once more when that failed, though the log reaches back by now', async () => {
    readings = [Promise.reject(new Error('the server falls over'))]
    line.answers = [{ ok: true, reload: true }]
    const live = start(41)
    await settle()
    expect(reloads).toBe(2)
    expect(line.asked).toEqual([41, 41, 500])
    live.stop()
  })

  it('asks behind what it has when the server says that it reads too slowly', async () => {
    start(41)
    await settle()
    line.deliver([42], 42)
    line.emit('events.behind', {})
    await vi.waitFor(() => expect(line.asked).toEqual([41, 42]), PATIENCE)
  })

  it('asks once more when it is told so while asking', async () => {
    start(41)
    line.emit('events.behind', {})
    await vi.waitFor(() => expect(line.asked).toEqual([41, 41]), PATIENCE)
  })

  it('keeps the list of viewers by what is different', async () => {
    const live = start(41)
    await settle()
    line.viewers = [{ id: 1, name: '一', typing: false }]
    live.watch(5)
    const come = { conversation_id: 5, changed: [{ id: 2, name: '二', typing: true }], left: [] }
    line.deliverViewers(come)
    line.deliverViewers(come)
    expect(shown).toEqual([1, 2])
    line.deliverViewers({ conversation_id: 5, changed: [], left: [1, 9] })
    expect(shown).toEqual([2])
    line.deliverViewers({ conversation_id: 6, changed: [{ id: 3, name: '三', typing: false }], left: [] })
    expect(shown).toEqual([2])
    live.stop()
  })

  it('ends when the server no longer knows the session', async () => {
    line.answers = [{ ok: false }]
    start(41)
    await vi.waitFor(() => expect(ended).toBe(true), PATIENCE)
  })

  it('tells that it looks through other eyes from now on', () => {
    const live = start(41)
    line.emit('session.turned')
    expect([turned, ended]).toEqual([1, false])
    live.stop()
  })

  it('comes back when the server has cut it, at once and then more slowly', async () => {
    vi.useFakeTimers()
    try {
      start(7)
      await vi.advanceTimersByTimeAsync(20_000)
      line.cut()
      await vi.advanceTimersByTimeAsync(200)
      expect(line.connected).toBe(true)
      for (const waits of [300, 600, 1200]) {
        line.cut()
        await vi.advanceTimersByTimeAsync(waits - 50)
        expect(line.connected).toBe(false)
        await vi.advanceTimersByTimeAsync(100)
        expect(line.connected).toBe(true)
      }
      // Each time it asks from where it was, and then from where what is shown was loaded anew.
      expect(line.asked).toEqual([7, 7, 500, 500, 500, 500, 500, 500, 500])
    } finally {
      vi.useRealTimers()
    }
  })

  it('stays away from a server that has ended the session', async () => {
    vi.useFakeTimers()
    try {
      const live = start(7)
      line.cut()
      live.stop()
      await vi.advanceTimersByTimeAsync(60_000)
      expect(line.connected).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })
})
