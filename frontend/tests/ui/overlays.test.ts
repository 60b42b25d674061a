/** Case G2: single keys sleep while anything is open, and whatever opens takes the focus. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'
import { effectScope, ref } from 'vue'

import { isTaken } from '@/shortcuts/keyboard'
import { anythingOpen, focusInto, useOverlay } from '@/ui/overlays'

const scope = effectScope()
afterEach(() => (document.body.innerHTML = ''))

function press(key: string): boolean {
  return isTaken(new KeyboardEvent('keydown', { key }))
}

describe('what is open', () => {
  it('takes the very next key, before anything is drawn', () => {
    const shown = ref(false)
    scope.run(() => useOverlay(shown))
    expect(press('e')).toBe(false)
    shown.value = true
    expect(press('e')).toBe(true)
    shown.value = false
    expect(press('e')).toBe(false)
  })

  it('is forgotten with the component that opened it', () => {
    const own = effectScope()
    own.run(() => useOverlay(() => true))
    expect(anythingOpen.value).toBe(true)
    own.stop()
    expect(anythingOpen.value).toBe(false)
  })

  it('counts each: closing one leaves the other open', () => {
    const [first, second] = [ref(true), ref(true)]
    scope.run(() => {
      useOverlay(first)
      useOverlay(second)
    })
    first.value = false
    expect(anythingOpen.value).toBe(true)
    second.value = false
    expect(anythingOpen.value).toBe(false)
  })
})

describe('the focus goes', () => {
  it.each([
    ['<button>a</button><input data-autofocus id="x">', 'what asks for it'],
    ['<button>a</button><button id="x" aria-checked="true">b</button>', 'what is chosen'],
    ['<p>text</p><button disabled>a</button><a href="/b" id="x">b</a>', 'the first that can take it'],
  ])('into %s: %s', (html) => {
    document.body.innerHTML = `<div id="box" tabindex="-1">${html}</div>`
    focusInto(document.getElementById('box'))
    expect(document.activeElement?.id).toBe('x')
  })

  it('to the box when there is nothing in it yet', () => {
    document.body.innerHTML = '<div id="box" tabindex="-1">loading</div>'
    focusInto(document.getElementById('box'))
    expect(document.activeElement?.id).toBe('box')
  })
})

it('lets nothing open but through the shared pop-up, dialog and drawer', () => {
  const own = ['PopUp.vue', 'DialogBox.vue', 'SideDrawer.vue', 'element.ts', 'dialogs.ts']
  const found = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(vue|ts)$/.test(name) && !own.some((file) => name === join('ui', file)))
    .filter((name) =>
      /\bEl(Popover|Dialog|Drawer|Dropdown|Tooltip)\b/.test(readFileSync(join('src', name), 'utf8')),
    )
  expect(found).toEqual([])
})
