// @vitest-environment node
/**
 * State loaded plus events equals state reloaded, with the reducer that people run. The scenarios come from the server's tests
 * (tests/realtime/test_reducer.py), which name their file; without it there is nothing to do here.
 */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import type { ServerEvent } from '@/api/events'
import { applyEvent, emptyEntities, put, type TableKind } from '@/realtime/reducer'

interface Scenario {
  name: string
  before: Partial<Record<TableKind, { id: number; version: number }[]>>
  steps: { events: ServerEvent[]; after: Scenario['before'] }[]
}

const path = process.env['LINGKE_SCENARIOS']
const scenarios = path ? (JSON.parse(readFileSync(path, 'utf8')) as Scenario[]) : []

/** What moves with the clock and with every call, shown or not; an event brings it as it stood then. */
const MOVING: Record<string, readonly string[]> = { account: ['quota', 'lag_seconds', 'waiting', 'version'] }

function still(kind: string, rows: Record<number, object>) {
  const moving = MOVING[kind] ?? []
  return Object.fromEntries(
    Object.entries(rows).map(([id, row]) => [
      id,
      Object.fromEntries(Object.entries(row).filter(([field]) => !moving.includes(field))),
    ]),
  )
}

function byId(rows: { id: number }[] | undefined) {
  return Object.fromEntries((rows ?? []).map((row) => [row.id, row]))
}

describe.skipIf(!path)('state and events', () => {
  it.each(scenarios)('are the state: $name', ({ before, steps }) => {
    const state = emptyEntities()
    const kinds = Object.keys(before) as TableKind[]
    for (const kind of kinds) for (const row of before[kind] ?? []) put(state, kind, row as never)
    expect(steps.length).toBeGreaterThan(0)
    for (const { events, after } of steps) {
      for (const event of events) applyEvent(state, event)
      for (const kind of kinds)
        expect([kind, still(kind, state[kind])]).toEqual([kind, still(kind, byId(after[kind]))])
    }
  })
})
