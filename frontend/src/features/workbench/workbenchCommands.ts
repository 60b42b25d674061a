/** Keys of the workbench. */

import { onBeforeUnmount } from 'vue'

import type { ComposerLane } from '@/api/contract'
import { register, type Command } from '@/shortcuts/keyboard'
import { useInbox } from '@/stores/inbox'
import { useThread } from '@/stores/thread'
import { useRequestActions } from './requestActions'

export interface WorkbenchPorts {
  select: (id: number | null) => void
  focusThread: () => void
  compose: (lane: ComposerLane) => void
  openTransfer: () => void
  search: () => void
  resolved: (next: number | null) => void
}

export function useWorkbenchCommands(ports: WorkbenchPorts): void {
  const inbox = useInbox()
  const thread = useThread()
  const actions = useRequestActions()
  const hasThread = (): boolean => thread.phase === 'ready'

  function step(direction: 1 | -1): void {
    const id = inbox.neighbour(direction)
    if (id !== null) ports.select(id)
  }

  async function resolve(): Promise<void> {
    const request = thread.request
    if (!request || request.status === 'resolved' || request.status === 'closed') return
    const next = inbox.neighbour(1) ?? inbox.neighbour(-1)
    if (await actions.setStatus(request, 'resolved')) ports.resolved(next)
  }

  const list: Command[] = [
    { keys: 'j', title: 'shortcut.next', group: 'list', run: () => step(1) },
    { keys: 'k', title: 'shortcut.previous', group: 'list', run: () => step(-1) },
    { keys: 'Enter', title: 'shortcut.open', group: 'list', run: () => (hasThread() ? ports.focusThread() : step(1)) },
    { keys: '/', title: 'shortcut.search', group: 'list', run: ports.search },
    { keys: 'r', title: 'shortcut.public', group: 'reply', when: hasThread, run: () => ports.compose('public') },
    { keys: 'd', title: 'shortcut.private', group: 'reply', when: hasThread, run: () => ports.compose('private') },
    { keys: 'n', title: 'shortcut.note_lane', group: 'reply', when: hasThread, run: () => ports.compose('note') },
    { keys: 'a', title: 'shortcut.assign', group: 'list', when: hasThread, run: ports.openTransfer },
    { keys: 'e', title: 'shortcut.resolve', group: 'list', when: hasThread, run: () => void resolve() },
  ]
  onBeforeUnmount(register(list))
}
