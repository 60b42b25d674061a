/** One quiet line at the bottom: what was done and how to undo it. Errors are shown where they happened, not here. */

import { defineStore } from 'pinia'
import { ref } from 'vue'

export interface Notice {
  id: number
  text: string
  undo: (() => void) | null
  /** As `performance.now()` tells. */
  at: number
}

const SHOWN_MS = 10_000

export const useNotices = defineStore('notices', () => {
  const current = ref<Notice | null>(null)
  let counter = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function show(text: string, undo: (() => void) | null = null): void {
    counter += 1
    current.value = { id: counter, text, undo, at: performance.now() }
    clearTimeout(timer)
    timer = setTimeout(dismiss, undo ? SHOWN_MS : 4_000)
  }

  function dismiss(): void {
    current.value = null
  }

  function undo(): void {
    const action = current.value?.undo
    dismiss()
    action?.()
  }

  return { current, show, dismiss, undo }
})
