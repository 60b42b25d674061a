/**
 * The one owner of "something is open": menus, pop-ups, dialogs, drawers. Each says so here while it is open, and single
 * keys ask here before they act. Focus goes into what opens, and back to where it came from when it closes.
 */

import { computed, nextTick, onScopeDispose, shallowReactive, watch, type Ref, type WatchSource } from 'vue'

import { isComposing } from './composing'

const open = shallowReactive(new Set<symbol>())

/** True while anything lies over the page. */
export const anythingOpen = computed(() => open.size > 0)

/** Count as open while `shown` is true. */
export function useOverlay(shown: WatchSource<boolean>): void {
  const self = Symbol('overlay')
  watch(
    shown,
    (now) => {
      if (now) open.add(self)
      else open.delete(self)
    },
    // Synchronously: the very next key press must find it open.
    { immediate: true, flush: 'sync' },
  )
  onScopeDispose(() => open.delete(self))
}

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex="0"]'

/** What gets the focus in something that opens: what asks for it, what is chosen, else the first thing that can take it. */
export function focusInto(box: HTMLElement | null): void {
  const target =
    box?.querySelector<HTMLElement>('[data-autofocus]') ??
    box?.querySelector<HTMLElement>('[aria-checked="true"]:not([disabled])') ??
    box?.querySelector<HTMLElement>(FOCUSABLE) ??
    box
  // Without scrolling: a pop-up that is not placed yet would take the page with it.
  target?.focus({ preventScroll: true })
}

export function focusBack(opener: Element | null): void {
  if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
}

/** A column that lies over the page while the window is narrow: it takes the focus, Escape or a wider window closes it. */
export function useSheet(
  shown: () => boolean,
  box: Readonly<Ref<HTMLElement | null>>,
  close: () => void,
  widerThan: string,
): void {
  const wide = window.matchMedia(widerThan)
  let opener: Element | null = null

  function onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !isComposing(event)) close()
  }

  function onWide(event: MediaQueryListEvent): void {
    if (event.matches && shown()) close()
  }

  useOverlay(shown)
  watch(shown, async (now) => {
    if (!now) {
      document.removeEventListener('keydown', onKey)
      if (box.value?.contains(document.activeElement)) focusBack(opener)
      return
    }
    opener = document.activeElement
    document.addEventListener('keydown', onKey)
    await nextTick()
    focusInto(box.value)
  })
  wide.addEventListener('change', onWide)
  onScopeDispose(() => {
    document.removeEventListener('keydown', onKey)
    wide.removeEventListener('change', onWide)
  })
}
