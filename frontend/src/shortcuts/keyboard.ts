/**
 * Single keys. They sleep while somebody types, while an input method composes, and while anything is open. `g` waits a moment
 * for a second letter. What they mean is in `commands.ts`.
 */

import { isComposing } from '@/ui/composing'
import { anythingOpen } from '@/ui/overlays'
import { commandOf, perform } from './commands'

const SEQUENCE_MS = 1200
const TYPING_ROLES = new Set(['textbox', 'combobox', 'searchbox'])

/** True when the key press belongs to a field, an input method, a menu or the browser. */
export function isTaken(event: KeyboardEvent): boolean {
  if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) return true
  if (event.defaultPrevented || anythingOpen.value) return true
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || TYPING_ROLES.has(target.getAttribute('role') ?? '')) return true
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
}

/** Enter on a button or link presses it; everything else there may be a command. */
function pressesControl(event: KeyboardEvent): boolean {
  return (
    event.key === 'Enter' &&
    event.target instanceof HTMLElement &&
    event.target.closest('button, a, [role="menuitem"]') !== null
  )
}

export function installShortcuts(target: Document = document): () => void {
  let prefix = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  function onKey(event: KeyboardEvent): void {
    if (isTaken(event) || pressesControl(event)) return
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const keys = prefix ? `${prefix} ${key}` : key
    prefix = ''
    clearTimeout(timer)
    if (keys === 'g') {
      prefix = 'g'
      timer = setTimeout(() => (prefix = ''), SEQUENCE_MS)
      return
    }
    const command = commandOf(keys)
    if (!command) return
    event.preventDefault()
    perform(command)
  }

  target.addEventListener('keydown', onKey)
  return () => {
    clearTimeout(timer)
    target.removeEventListener('keydown', onKey)
  }
}
