import { EventEmitter } from 'node:events'
import type { Socket } from 'socket.io-client'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { EventView } from '@/api/contract'
import { Live, type LiveState } from '@/realtime/live'
import { event } from '../support'

/** A server's end of the line: remembers what was asked and answers subscriptions as told. */
class Line extends EventEmitter {
  connected = false
  asked: number[] = []
  answers: { ok: boolean; reload?: boolean }[] = []

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

  timeout(): this {
    return this
  }

  emitWithAck(_name: string, body: { after: number }): Promise<unknown> {
    this.asked.push(body.after)
    return Promise.resolve(this.answers.shift() ?? { ok: true, reload: false })
  }

  deliver(seqs: number[], seq: number): void {
    super.emit('events', { events: seqs.map((one) => event(one, 'x', {})), seq })
  }
}

let line: Line
let handled: number[]
let states: LiveState[]
let reloads: number
let ended: boolean

function start(after: number): Live {
  const live = new Live(
    after,
    {
      onEvents: (events: EventView[]) => handled.push(...events.map((one) => one.seq)),
      onReload: () => {
        reloads += 1
        return Promise.resolve(500)
      },
      onState: (state) => states.push(state),
      onViewers: () => undefined,
      onEnded: () => (ended = true),
    },
    line as unknown as Socket,
  )
  live.start()
  return live
}

beforeEach(() => {
  line = new Line()
  handled = []
  states = []
  reloads = 0
  ended = false
})

const settle = () => vi.waitFor(() => expect(states.at(-1)).toBe('online'))

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

  it('ends when the server no longer knows the session', async () => {
    line.answers = [{ ok: false }]
    start(41)
    await vi.waitFor(() => expect(ended).toBe(true))
  })
})
