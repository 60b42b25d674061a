/** What the board shows and where its numbers lead. Pure functions. */

import type { RouteLocationRaw } from 'vue-router'

import type { Presence } from '@/api/contract'
import type { Door, FloorPerson, FloorQueue } from './api'

/** The list behind a number. */
export function doorTo(door: Door): RouteLocationRaw {
  return {
    name: 'workbench',
    params: { view: door.view },
    query: {
      ...(door.when === null ? {} : { when: door.when }),
      ...(door.overdue ? { overdue: '1' } : {}),
      ...(door.lane === null ? {} : { lane: door.lane }),
    },
  }
}

export const keyOf = (queue: FloorQueue): string => `${queue.queue_id ?? ''}/${queue.team?.id ?? ''}`

export type Tone = 'late' | 'soon' | 'ok'
const SOON_MS = 10 * 60_000

/** How a queue stands: something is late, will be within minutes, or neither. */
export function toneOf(queue: Pick<FloorQueue, 'overdue' | 'next_due_at'>, nowMs: number): Tone {
  if (queue.overdue.n > 0) return 'late'
  if (queue.next_due_at !== null && Date.parse(queue.next_due_at) - nowMs < SOON_MS) return 'soon'
  return 'ok'
}

/** How long the one has waited who has waited longest, beside the longest of all. */
export function waitShare(queue: FloorQueue, queues: readonly FloorQueue[], nowMs: number): number {
  const waited = ({ waits_since: since }: FloorQueue) => (since === null ? 0 : nowMs - Date.parse(since))
  const longest = Math.max(1, ...queues.map(waited))
  return waited(queue) / longest
}

export function loadShare({ load, capacity }: Pick<FloorPerson, 'load' | 'capacity'>): number {
  return capacity > 0 ? load / capacity : load > 0 ? 1 : 0
}

export const isOver = (person: Pick<FloorPerson, 'until'>, nowMs: number): boolean =>
  person.until !== null && Date.parse(person.until) < nowMs

const ORDER: Record<Presence, number> = { online: 0, busy: 1, training: 2, break: 2, away: 3, offline: 4 }

/** Who stays away too long first, then who is there, the most laden first. */
export function peopleInOrder(people: readonly FloorPerson[], nowMs: number): FloorPerson[] {
  return [...people].sort(
    (a, b) =>
      Number(isOver(b, nowMs)) - Number(isOver(a, nowMs)) ||
      ORDER[a.presence] - ORDER[b.presence] ||
      loadShare(b) - loadShare(a) ||
      a.id - b.id,
  )
}

export function countBy(people: readonly FloorPerson[]): Record<Presence, number> {
  const counts: Record<Presence, number> = { online: 0, busy: 0, break: 0, training: 0, away: 0, offline: 0 }
  for (const { presence } of people) counts[presence] += 1
  return counts
}

const FAR_ABOVE = 1.5

/** Whether far more comes in than is usual; a handful is never much. */
export function isRush(soFar: number, usual: number | null): boolean {
  return usual !== null && soFar >= 5 && soFar > usual * FAR_ABOVE
}
