/** The normalised entities on screen. Every read and every event ends up here; lists and threads hold ids. */

import { defineStore } from 'pinia'
import { reactive } from 'vue'

import type { ServerEvent } from '@/api/events'
import {
  applyEvent,
  emptyEntities,
  forget,
  put,
  type Change,
  type Entity,
  type TableKind,
  type Tables,
} from '@/realtime/reducer'

type Listener = (changes: Change[]) => void

export const useEntities = defineStore('entities', () => {
  const state = reactive(emptyEntities())
  const listeners = new Set<Listener>()

  function apply(events: ServerEvent[]): void {
    tell(events.map((event) => applyEvent(state, event)))
  }

  function tell(changes: Change[]): void {
    for (const listener of listeners) listener(changes)
  }

  /** Be told about live changes; returns the function that stops it. */
  function subscribe(listener: Listener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** Put what a read brought. */
  function load<Name extends TableKind>(kind: Name, items: Tables[Name][]): void {
    for (const item of items) put(state, kind, item)
  }

  /** Put what a call answered, as if everybody had been told: one path for own and others' changes. */
  function take<Name extends TableKind>(kind: Name, view: Tables[Name]): void {
    put(state, kind, view)
    tell([{ event: null, shown: [{ kind, id: view.id }], withdrawn: null }])
  }

  /** The server no longer knows it, or no longer for this person. */
  function drop(kind: TableKind, id: number): void {
    forget(state, kind, id)
    tell([{ event: null, shown: [], withdrawn: { kind, id } }])
  }

  /** What this person has read is theirs alone, so it changes no version. */
  function setUnread(id: number, count: number): void {
    const held = state.service_request[id]
    if (held && held.unread_count !== count) state.service_request[id] = { ...held, unread_count: count }
    tell([{ event: null, shown: [{ kind: 'service_request', id }], withdrawn: null }])
  }

  function clear(): void {
    Object.assign(state, emptyEntities())
  }

  return { state, apply, subscribe, load, take, drop, setUnread, clear }
})

/** The ids of one kind that changes show or withdraw. */
export function touched(changes: Change[], kind: Entity['kind']): { shown: number[]; withdrawn: number[] } {
  const ids = (entities: (Entity | null)[]): number[] =>
    entities.flatMap((entity) => (entity?.kind === kind ? [entity.id] : []))
  return {
    shown: ids(changes.flatMap((change) => change.shown)),
    withdrawn: ids(changes.map((change) => change.withdrawn)),
  }
}

/** Whether one of the changes is such an event. */
export function happened(changes: Change[], ...names: ServerEvent['name'][]): boolean {
  return changes.some((change) => change.event !== null && names.includes(change.event.name))
}
