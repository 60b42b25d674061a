/** The live connection as the screens see it: one per signed-in person. */

import { defineStore } from 'pinia'
import { ref } from 'vue'

import { session as sessionApi } from '@/api/endpoints'
import { isTransient } from '@/api/problem'
import { leave } from '@/app/leave'
import type { Viewer } from '@/api/contract'
import type { ServerEvent } from '@/api/events'
import { Live, type LiveState } from '@/realtime/live'
import { useEntities } from './entities'
import { useSession } from './session'

/** Reads anew what a screen holds; why it could not, null when it could. */
export type Reloader = () => Promise<unknown>

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

export const useLive = defineStore('live', () => {
  const state = ref<LiveState>('connecting')
  const since = ref(Date.now())
  const viewers = ref<Record<number, Viewer[]>>({})
  const reloaders = new Set<Reloader>()
  const onlineCallbacks = new Set<() => void>()
  let live: Live | null = null
  let ended: () => void = () => undefined

  function start(afterSeq: number, onEnded: () => void): void {
    stop()
    ended = onEnded
    live = new Live(afterSeq, {
      onEvents: handleEvents,
      onReload: reloadEverything,
      onState: setState,
      onViewers: (id, list) => (viewers.value = { ...viewers.value, [id]: list }),
      onEnded: () => ended(),
      // Whatever is shown is another person's: begin anew.
      onTurned: () => leave('/'),
    })
    live.start()
  }

  function stop(): void {
    live?.stop()
    live = null
    viewers.value = {}
  }

  function setState(next: LiveState): void {
    if (state.value !== next) since.value = Date.now()
    state.value = next
    if (next === 'online') for (const callback of onlineCallbacks) callback()
    if (next === 'offline' && navigator.onLine) void checkSession()
  }

  /** A refused socket may mean that the session is over, which only the server can tell. */
  async function checkSession(): Promise<void> {
    try {
      if (!(await sessionApi.get()).authenticated) ended()
    } catch {
      // The server is away; the socket keeps trying.
    }
  }

  function handleEvents(events: ServerEvent[]): void {
    const session = useSession()
    useEntities().apply(events)
    for (const event of events) {
      if (event.name === 'operator.presence_changed') {
        session.presenceChanged(event.payload)
      } else if (event.name === 'routing_settings.changed') {
        if (event.payload.agency_id === session.operator?.agency.id)
          void session.load().catch(() => undefined)
      } else if (changesOwnRights(event)) {
        void takeOnRights()
      }
    }
  }

  /** The person at this screen has other roles or teams, or one of their roles allows something else. */
  function changesOwnRights(event: ServerEvent): boolean {
    const self = useSession().operator
    if (event.name === 'operator.changed') return event.payload.operator_id === self?.id
    if (event.name !== 'role.changed') return false
    const { role_id } = event.payload
    return self?.roles.some((role) => role.id === role_id) ?? false
  }

  /** What the screen shows follows. */
  async function takeOnRights(): Promise<void> {
    try {
      await useSession().load()
      await refresh()
    } catch {
      // The server refuses by the new rights whatever is shown; the next page reads them again.
    }
  }

  /** The position is read before the data, so nothing that happens in between can be missed. */
  async function reloadEverything(): Promise<number> {
    const answer = await sessionApi.get()
    if (!answer.authenticated) {
      ended()
      return 0
    }
    await refresh()
    return answer.event_seq
  }

  /** Load everything on screen anew, for instance because the server's sentences changed their language. */
  async function refresh(): Promise<void> {
    await Promise.all([...reloaders].map((reload) => readAgain(reload, FIRST_PAUSE_MS)))
  }

  /** What no answer came for is stale, and no event will say so: asked for until it comes or its screen is left. */
  async function readAgain(reload: Reloader, pauseMs: number): Promise<void> {
    if (!isTransient(await reload())) return
    setTimeout(() => {
      if (reloaders.has(reload)) void readAgain(reload, Math.min(2 * pauseMs, LONGEST_PAUSE_MS))
    }, pauseMs)
  }

  /** A screen that holds data names how to load it anew; returns the function that forgets it. */
  function onReload(reloader: Reloader): () => void {
    reloaders.add(reloader)
    return () => reloaders.delete(reloader)
  }

  function onOnline(callback: () => void): () => void {
    onlineCallbacks.add(callback)
    return () => onlineCallbacks.delete(callback)
  }

  return {
    state,
    since,
    viewers,
    start,
    stop,
    refresh,
    onReload,
    onOnline,
    reconnect: () => live?.reconnect(),
    /** Whoever looks through somebody else's eyes is not shown to colleagues as that person. */
    watch: (conversationId: number | null) => {
      if (!useSession().looking) live?.watch(conversationId)
    },
    typing: (conversationId: number, typing: boolean) => {
      if (!useSession().looking) live?.typing(conversationId, typing)
    },
  }
})
