import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { bring, declare, type Command } from '@/shortcuts/commands'
import { installShortcuts } from '@/shortcuts/keyboard'

let pressed: string[]
let stops: (() => void)[]
let chosen = false

beforeEach(() => {
  pressed = []
  chosen = false
  document.body.innerHTML = '<textarea></textarea><input><button>x</button><div id="page" tabindex="0"></div>'
  const command = (keys: string, over: Partial<Command> = {}): Command => ({
    id: keys,
    keys,
    title: keys,
    group: 'list',
    ...over,
  })
  const list = [
    ...['j', 'm', '?', 'Enter', 'g m', 'x', '/'].map((keys) => command(keys)),
    command('/', { id: 'page /', page: 'workbench' }),
    command('o', { needs: 'row' }),
  ]
  const acts = Object.fromEntries(list.map(({ id }) => [id, { run: () => void pressed.push(id) }]))
  stops = [
    bring({ ...acts, x: { run: () => void pressed.push('x'), when: () => false } }),
    bring({ 'page /': { run: () => void pressed.push('page /') } }),
    bring({ o: { run: () => void pressed.push('o') } }, () => chosen),
    declare(() => list),
    installShortcuts(),
  ]
})
afterEach(() => stops.forEach((stop) => stop()))

function press(key: string, selector = '#page', over: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...over })
  document.querySelector(selector)?.dispatchEvent(event)
  return event
}

describe('single keys', () => {
  it('run their command', () => {
    press('j')
    press('?')
    expect(pressed).toEqual(['j', '?'])
  })

  it.each(['textarea', 'input'])('rest while somebody types in a %s', (selector) => {
    press('j', selector)
    expect(pressed).toEqual([])
  })

  it('rest while an input method composes', () => {
    press('j', '#page', { isComposing: true })
    press('Process')
    expect(pressed).toEqual([])
  })

  it('leave the browser its own combinations', () => {
    expect(press('j', '#page', { ctrlKey: true }).defaultPrevented).toBe(false)
    expect(pressed).toEqual([])
  })

  it('leave Enter to a button that has the focus', () => {
    press('Enter', 'button')
    expect(pressed).toEqual([])
    press('Enter')
    expect(pressed).toEqual(['Enter'])
  })

  it('go somewhere with g and a letter, without running the letter itself', () => {
    press('g')
    press('m')
    press('m')
    expect(pressed).toEqual(['g m', 'm'])
  })

  it('do nothing when the command does not apply now', () => {
    expect(press('x').defaultPrevented).toBe(false)
    expect(pressed).toEqual([])
  })

  it('are gone with the screen that brought them', () => {
    stops[0]?.()
    press('j')
    expect(pressed).toEqual([])
  })

  it('mean first what they mean on the open page', () => {
    press('/')
    stops[1]?.()
    press('/')
    expect(pressed).toEqual(['page /', '/'])
  })

  it('rest until what they need is chosen', () => {
    press('o')
    chosen = true
    press('o')
    expect(pressed).toEqual(['o'])
  })
})
