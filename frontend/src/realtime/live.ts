/**
 * The live connection: one socket, one position in the event log. After every connect it subscribes behind the last
 * sequence number it has handled, so a cut of any length ends in the same state as no cut at all. A browser that read too slowly
 * is told that nothing more comes (`events.behind`) and asks in the same way, over the connection it has.
 */

import { io, type Socket } from 'socket.io-client'

import type { Viewer } from '@/api/contract'
import type { ServerEvent } from '@/api/events'

export type LiveState = 'connecting' | 'online' | 'reconnecting' | 'offline'

export interface LiveHandlers {
  /** New events in order, each sequence number once. */
  onEvents: (events: ServerEvent[]) => void
  /** The log no longer reaches back: load everything anew and return the sequence number that load stands for. */
  onReload: () => Promise<number>
  onState: (state: LiveState) => void
  onViewers: (conversationId: number, viewers: Viewer[]) => void
  onEnded: () => void
  /** This login looks through other eyes from now on. */
  onTurned: () => void
}

interface SubscribeAnswer {
  ok: boolean
  seq?: number
  reload?: boolean
  error?: { code: string; retry_after?: number }
}

/** Who has come to a conversation or types now, and who has left it. */
interface ViewersChange {
  conversation_id: number
  changed: Viewer[]
  left: number[]
}

interface WatchAnswer {
  ok: boolean
  viewers?: Viewer[]
}

/** After this long without a connection the chip says offline instead of reconnecting. */
const OFFLINE_AFTER_MS = 6_000
const ACK_TIMEOUT_MS = 10_000
const FIRST_PAUSE_MS = 150
const LONGEST_PAUSE_MS = 10_000
/** A connection that lasted as long was a good one. */
const LASTING_MS = 10_000

export class Live {
  private readonly socket: Socket
  private readonly handlers: LiveHandlers
  private seq: number
  private watched: number | null = null
  private viewers: Viewer[] = []
  private offlineTimer: ReturnType<typeof setTimeout> | null = null
  private connectedAt = 0
  /** How often the server has cut a connection soon after it was made. */
  private cuts = 0
  /** The server cut the line on purpose: whoever this is may see other things from now on. */
  private wasCut = false
  private comingBack: ReturnType<typeof setTimeout> | undefined
  private subscribing = false
  /** Told to ask again while asking. */
  private askAgain = false

  /** `after` is the sequence number that the state already loaded stands for. */
  constructor(after: number, handlers: LiveHandlers, socket: Socket = openSocket()) {
    this.seq = after
    this.handlers = handlers
    this.socket = socket
    this.socket.on('connect', () => {
      this.connectedAt = Date.now()
      void this.subscribe()
    })
    this.socket.on('disconnect', (reason) => this.cutOff(reason))
    this.socket.on('connect_error', () => this.lost())
    this.socket.on('events', (batch: { events: ServerEvent[]; seq: number }) => this.receive(batch))
    this.socket.on('events.behind', () => void this.subscribe())
    this.socket.on('conversation.viewers', (change: ViewersChange) => this.follow(change))
    this.socket.on('session.ended', () => this.handlers.onEnded())
    this.socket.on('session.turned', () => this.handlers.onTurned())
    window.addEventListener('offline', this.wentOffline)
    window.addEventListener('online', this.cameOnline)
  }

  get lastSeq(): number {
    return this.seq
  }

  start(): void {
    this.handlers.onState('connecting')
    this.socket.connect()
  }

  stop(): void {
    window.removeEventListener('offline', this.wentOffline)
    window.removeEventListener('online', this.cameOnline)
    this.clearOfflineTimer()
    clearTimeout(this.comingBack)
    this.socket.removeAllListeners()
    this.socket.disconnect()
  }

  /** Try now instead of waiting for the next attempt. */
  reconnect(): void {
    if (this.socket.connected) return
    this.socket.disconnect()
    this.socket.connect()
  }

  watch(conversationId: number | null): void {
    if (this.watched === conversationId) return
    if (this.watched !== null && this.socket.connected) {
      this.socket.emit('conversation.unwatch', { conversation_id: this.watched })
    }
    this.watched = conversationId
    this.viewers = []
    if (this.socket.connected) this.announceWatch()
  }

  typing(conversationId: number, typing: boolean): void {
    if (this.socket.connected)
      this.socket.emit('conversation.typing', { conversation_id: conversationId, typing })
  }

  private receive(batch: { events: ServerEvent[]; seq: number }): void {
    const fresh = batch.events.filter((event) => event.seq > this.seq)
    if (fresh.length > 0) this.handlers.onEvents(fresh)
    this.seq = Math.max(this.seq, batch.seq)
  }

  private async subscribe(): Promise<void> {
    this.askAgain = this.subscribing
    if (this.subscribing) return
    this.subscribing = true
    try {
      await this.subscribeOnce()
    } catch {
      // The acknowledgement did not come; drop this connection and let the client start over.
      this.socket.disconnect()
      this.lost()
      this.socket.connect()
    } finally {
      this.subscribing = false
    }
    if (this.askAgain) await this.subscribe()
  }

  private async subscribeOnce(): Promise<void> {
    const answer = await this.ask({ after: this.seq })
    if (!answer.ok) {
      await this.refused(answer)
      return
    }
    if (answer.reload === true || this.wasCut) {
      await this.reload()
      await this.ask({ after: this.seq })
    }
    this.clearOfflineTimer()
    this.handlers.onState('online')
    this.announceWatch()
  }

  /** A reading that failed has read nothing: the next subscription reads again, whatever the server says of its log. */
  private async reload(): Promise<void> {
    this.wasCut = false
    try {
      this.seq = await this.handlers.onReload()
    } catch (failure) {
      this.wasCut = true
      throw failure
    }
  }

  /** Asked too often (many tabs, a restless line): wait as long as the server says and start over. */
  private async refused(answer: SubscribeAnswer): Promise<void> {
    if (answer.error?.code !== 'rate_limited') {
      this.handlers.onEnded()
      return
    }
    await new Promise((resolve) => setTimeout(resolve, (answer.error?.retry_after ?? 1) * 1_000))
    throw new Error('asked too often')
  }

  private async ask(body: { after: number }): Promise<SubscribeAnswer> {
    return (await this.socket
      .timeout(ACK_TIMEOUT_MS)
      .emitWithAck('events.subscribe', body)) as SubscribeAnswer
  }

  private announceWatch(): void {
    const id = this.watched
    if (id === null) return
    this.socket.emit('conversation.watch', { conversation_id: id }, (answer: WatchAnswer) => {
      if (answer.ok && answer.viewers) this.shown(id, answer.viewers)
    })
  }

  /** The whole list came with the answer to watching; from then on only what is different. */
  private follow({ conversation_id: id, changed, left }: ViewersChange): void {
    const gone = new Set([...left, ...changed.map((viewer) => viewer.id)])
    const others = this.viewers.filter((viewer) => !gone.has(viewer.id))
    this.shown(
      id,
      [...others, ...changed].sort((one, other) => one.id - other.id),
    )
  }

  private shown(id: number, viewers: Viewer[]): void {
    if (id !== this.watched) return
    this.viewers = viewers
    this.handlers.onViewers(id, viewers)
  }

  /**
   * The client comes back by itself from every cut but one that the server made on purpose, as it does when somebody's rights
   * or grants have changed: what is shown is loaded anew. At once then, and more slowly each time when it goes on cutting.
   */
  private cutOff(reason: string): void {
    this.lost()
    if (reason !== 'io server disconnect') return
    this.wasCut = true
    const lasted = Date.now() - this.connectedAt
    this.cuts = lasted > LASTING_MS ? 0 : this.cuts + 1
    this.comingBack = setTimeout(
      () => this.socket.connect(),
      Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.cuts),
    )
  }

  private lost(): void {
    if (!navigator.onLine) {
      this.handlers.onState('offline')
      return
    }
    if (this.offlineTimer !== null) return
    this.handlers.onState('reconnecting')
    this.offlineTimer = setTimeout(() => this.handlers.onState('offline'), OFFLINE_AFTER_MS)
  }

  private clearOfflineTimer(): void {
    if (this.offlineTimer !== null) clearTimeout(this.offlineTimer)
    this.offlineTimer = null
  }

  private readonly wentOffline = (): void => {
    this.clearOfflineTimer()
    this.handlers.onState('offline')
    this.socket.disconnect()
  }

  private readonly cameOnline = (): void => {
    this.handlers.onState('reconnecting')
    this.socket.connect()
  }
}

function openSocket(): Socket {
  return io({
    path: '/socket.io',
    transports: ['websocket'],
    autoConnect: false,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
    timeout: 8_000,
  })
}
