/** Case G12: a toolbar is one stop for Tab; arrow keys move inside. */

import { afterEach, describe, expect, it } from 'vitest'
import { createApp, h, nextTick, ref, withDirectives, type App } from 'vue'

import { vRoving } from '@/ui/roving'

let app: App | null = null
afterEach(() => app?.unmount())

const count = ref(3)
const open = ref(-1)

function show(): HTMLButtonElement[] {
  document.body.innerHTML = '<div id="at"></div>'
  app = createApp({
    render: () =>
      withDirectives(
        h('div', [
          ...Array.from({ length: count.value }, (_, place) =>
            h('button', { 'aria-current': place === open.value ? 'true' : undefined }, `${place}`),
          ),
          h('input'),
        ]),
        [[vRoving]],
      ),
  })
  app.mount('#at')
  return buttons()
}

const buttons = (): HTMLButtonElement[] => [...document.querySelectorAll('button')]
const stops = (): string[] =>
  buttons()
    .filter((button) => button.tabIndex === 0)
    .map((button) => button.textContent)

function press(key: string): void {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
  )
}

/** Changes of the document are told a moment later. */
async function later(): Promise<void> {
  await nextTick()
  await new Promise((resolve) => setTimeout(resolve, 0))
}

describe('a group of buttons', () => {
  it('is one stop, and moves by arrows, Home and End', () => {
    count.value = 3
    open.value = -1
    const [first] = show()
    expect(stops()).toEqual(['0'])
    first?.focus()
    press('ArrowRight')
    expect([document.activeElement?.textContent, stops()]).toEqual(['1', ['1']])
    press('End')
    press('ArrowDown')
    expect(document.activeElement?.textContent).toBe('2')
    press('Home')
    expect(stops()).toEqual(['0'])
  })

  it('leaves a field its own stop and its own keys', () => {
    show()
    const field = document.querySelector('input')
    field?.focus()
    press('Home')
    expect(document.activeElement).toBe(field)
    expect(field?.tabIndex).toBe(0)
  })

  it('leads back to what is open', async () => {
    open.value = 1
    const [first] = show()
    expect(stops()).toEqual(['1'])
    first?.focus()
    first?.blur()
    expect(stops()).toEqual(['1'])
    open.value = 2
    await later()
    expect(stops()).toEqual(['2'])
  })

  it('keeps one stop while members come and go', async () => {
    open.value = -1
    count.value = 3
    const all = show()
    all[2]?.focus()
    count.value = 2
    await later()
    expect(stops()).toEqual(['0'])
    count.value = 5
    await later()
    expect(stops()).toHaveLength(1)
  })
})
