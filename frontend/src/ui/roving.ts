/**
 * `v-roving`: a row or column of buttons and links is one stop for Tab; arrow keys, Home and End move inside. The stop is where
 * what is open (a page, a row), else where the focus was last, else the first. Fields keep their own stop: arrow keys belong to their text.
 */

import type { Directive } from 'vue'

const MEMBERS = 'a[href], button:not([disabled])'
/** The one of several that is open. */
const CHOSEN = '[aria-current], [aria-selected="true"]'
const NEXT = new Set(['ArrowDown', 'ArrowRight'])
const PREVIOUS = new Set(['ArrowUp', 'ArrowLeft'])

function membersOf(box: HTMLElement): HTMLElement[] {
  return [...box.querySelectorAll<HTMLElement>(MEMBERS)]
}

/** Absent from small windows is as good as absent. */
function isShown(element: HTMLElement): boolean {
  return typeof element.checkVisibility !== 'function' || element.checkVisibility()
}

class Group {
  private last: HTMLElement | null = null
  private readonly watcher = new MutationObserver(() => this.settle())
  private readonly sizes =
    typeof ResizeObserver === 'function' ? new ResizeObserver(() => this.settle()) : null

  constructor(private readonly box: HTMLElement) {
    box.addEventListener('keydown', this.onKey)
    box.addEventListener('focusin', this.onFocus)
    box.addEventListener('focusout', this.onLeave)
    this.watcher.observe(box, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ['disabled', 'href', 'aria-current', 'aria-selected'],
    })
    this.sizes?.observe(box)
    this.settle()
  }

  end(): void {
    this.box.removeEventListener('keydown', this.onKey)
    this.box.removeEventListener('focusin', this.onFocus)
    this.box.removeEventListener('focusout', this.onLeave)
    this.watcher.disconnect()
    this.sizes?.disconnect()
  }

  private settle(): void {
    const members = membersOf(this.box)
    const stop = this.stopOf(members)
    for (const member of members) member.tabIndex = member === stop ? 0 : -1
  }

  private stopOf(members: HTMLElement[]): HTMLElement | undefined {
    const held = this.last !== null && members.includes(this.last) && isShown(this.last) ? this.last : null
    return (
      held ??
      members.find((member) => member.matches(CHOSEN) && isShown(member)) ??
      members.find((member) => isShown(member))
    )
  }

  private readonly onFocus = (event: FocusEvent): void => {
    if (!(event.target instanceof HTMLElement) || !membersOf(this.box).includes(event.target)) return
    this.last = event.target
    this.settle()
  }

  /** Outside, the way back leads to what is open. */
  private readonly onLeave = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && this.box.contains(event.relatedTarget)) return
    if (this.box.querySelector(CHOSEN) === null) return
    this.last = null
    this.settle()
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const members = membersOf(this.box).filter(isShown)
    const here = members.indexOf(event.target as HTMLElement)
    if (here === -1 || event.ctrlKey || event.metaKey || event.altKey) return
    const next = placeAfter(event.key, here, members.length)
    if (next === null) return
    event.preventDefault()
    members[next]?.focus()
  }
}

function placeAfter(key: string, here: number, count: number): number | null {
  if (NEXT.has(key)) return Math.min(here + 1, count - 1)
  if (PREVIOUS.has(key)) return Math.max(here - 1, 0)
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : null
}

const groups = new WeakMap<HTMLElement, Group>()

export const vRoving: Directive<HTMLElement> = {
  mounted: (box) => void groups.set(box, new Group(box)),
  unmounted: (box) => groups.get(box)?.end(),
}
