/** A section that opens by itself when something in it needs a look, and is closed by the person alone. */

import { ref, watch, type Ref } from 'vue'

export function useSticky(needed: () => boolean): { open: Ref<boolean>; onToggle: (event: Event) => void } {
  const open = ref(false)

  watch(
    needed,
    (now) => {
      if (now) open.value = true
    },
    { immediate: true },
  )

  return {
    open,
    onToggle: (event) => {
      open.value = (event.target as HTMLDetailsElement).open
    },
  }
}
