/**
 * Single-key commands. They are inactive while somebody types, while an input method composes, and while a dialog is
 * open. `g` waits a moment for a second letter.
 */

export interface Command {
  /** One key (`j`, `?`, `Enter`) or two (`g m`). */
  keys: string
  /** Key of the locale text that says what it does. */
  title: string
  group: 'list' | 'reply' | 'go' | 'general'
  run: () => void
  /** When given and false, the key is left alone. */
  when?: () => boolean
}

const SEQUENCE_MS = 1200
const registered = new Map<string, Command>()

/** Add commands; returns the function that takes them away again. */
export function register(commands: Command[]): () => void {
  for (const command of commands) registered.set(command.keys, command)
  return () => {
    for (const command of commands) if (registered.get(command.keys) === command) registered.delete(command.keys)
  }
}

export function commands(): Command[] {
  return [...registered.values()]
}

const TYPING_ROLES = new Set(['textbox', 'combobox', 'searchbox'])

/** True when the key press belongs to a field, an input method, a menu or the browser. */
export function isTaken(event: KeyboardEvent): boolean {
  // `Process` is what browsers report for a key that an input method has swallowed.
  if (event.isComposing || event.key === 'Process' || event.ctrlKey || event.metaKey || event.altKey) return true
  if (event.defaultPrevented || document.querySelector('.el-overlay:not([style*="display: none"])')) return true
  const target = event.target
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || TYPING_ROLES.has(target.getAttribute('role') ?? '')) return true
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

/** Enter on a button or link presses it; everything else there may be a command. */
function pressesControl(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && event.target instanceof HTMLElement && event.target.closest('button, a, [role="menuitem"]') !== null
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
    const command = registered.get(keys)
    if (!command || (command.when && !command.when())) return
    event.preventDefault()
    command.run()
  }

  target.addEventListener('keydown', onKey)
  return () => {
    clearTimeout(timer)
    target.removeEventListener('keydown', onKey)
  }
}
