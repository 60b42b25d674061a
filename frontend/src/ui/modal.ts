/** What a dialog and a drawer have in common: the browser's own modal element, which keeps the focus and everything behind it still. */

import { onBeforeUnmount, onMounted, type Ref } from 'vue'

import { focusBack, focusInto } from './overlays'

/** Open from mount to unmount; the focus goes to what asks for it, and back to where it came from. */
export function useModal(box: Readonly<Ref<HTMLDialogElement | null>>): void {
  const opener = document.activeElement

  onMounted(() => {
    if (!box.value) return
    // A document that is not shown (a test's) has no layer for it.
    if (typeof box.value.showModal === 'function') box.value.showModal()
    else box.value.setAttribute('open', '')
    if (box.value.querySelector('[data-autofocus]')) focusInto(box.value)
  })
  onBeforeUnmount(() => {
    if (box.value?.open && typeof box.value.close === 'function') box.value.close()
    focusBack(opener)
  })
}
