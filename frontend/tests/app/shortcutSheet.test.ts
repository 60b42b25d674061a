/** Case G12: the sheet and the palette show the same commands, those that rest too, with what they wait for. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { commandsFor } from '@/app/registry'
import { bring, commandsNamed, declare } from '@/shortcuts/commands'
import ShortcutSheet from '@/shortcuts/ShortcutSheet.vue'
import { mounted, type Mounted } from '../mounted'

const RIGHTS = new Set([
  'service_requests:read',
  'service_requests:claim',
  'service_requests:update',
  'replies:send',
  'notes:write',
  'inbound_items:read',
  'inbound_items:correct',
  'inbound_items:rescue',
])
let page: Mounted | null = null
let stops: (() => void)[] = []

beforeEach(() => {
  stops = [declare(() => commandsFor(RIGHTS))]
})
afterEach(() => {
  page?.end()
  page = null
  for (const stop of stops) stop()
})

function rowOf(id: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-command="${id}"]`)
  if (!found) throw new Error(`${id} is not in the sheet`)
  return found
}

describe('the sheet', () => {
  it('shows every command this person may use, whatever page is open', async () => {
    page = await mounted(ShortcutSheet)
    const shown = [...document.querySelectorAll<HTMLElement>('[data-command]')].map(
      (row) => row.dataset['command'],
    )
    expect(shown.sort()).toEqual(
      commandsFor(RIGHTS)
        .map((command) => command.id)
        .sort(),
    )
    expect(shown).toContain('request.claim')
    expect(shown).toContain('stream.rescue')
  })

  it('says what a resting command waits for, and nothing beside one that works', async () => {
    let open = false
    const run = (): void => undefined
    stops.push(bring({ 'request.claim': { run, when: () => false }, 'request.note': { run } }, () => open))
    page = await mounted(ShortcutSheet)
    expect(rowOf('request.note').textContent).toContain('先打开一条请求')
    expect(rowOf('stream.next').dataset['rests']).toBe('elsewhere')
    const heading = (group: string) => document.querySelector(`[data-group=${group}] h3`)?.textContent
    expect(heading('listening')).toContain('在该页可用')
    expect(heading('request')).not.toContain('在该页可用')
    page.end()
    open = true
    page = await mounted(ShortcutSheet)
    expect(rowOf('request.note').dataset['rests']).toBe('')
    expect(rowOf('request.note').textContent).not.toContain('先打开')
    expect(rowOf('request.claim').textContent).toContain('这一条现在用不上')
    expect(rowOf('request.send').dataset['rests']).toBe('')
  })
})

describe('the palette', () => {
  it('offers by name what works now, and nothing else', () => {
    const run = (): void => undefined
    stops.push(bring({ 'request.claim': { run }, 'request.note': { run, when: () => false } }))
    const name = (command: { title: string }): string => command.title
    expect(commandsNamed('', name).map((command) => command.id)).toEqual(['request.claim'])
    expect(commandsNamed('ACTION.CL', name)).toHaveLength(1)
    expect(commandsNamed('resolve', name)).toEqual([])
  })
})
