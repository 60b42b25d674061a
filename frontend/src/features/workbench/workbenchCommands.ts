/** What the workbench does when one of its commands is given. */

import { onBeforeUnmount } from 'vue'

import type { ComposerLane, ServiceRequestView } from '@/api/contract'
import { bring, type ActsOf } from '@/shortcuts/commands'
import { useInbox } from '@/stores/inbox'
import { useNotices } from '@/stores/notices'
import { useSession } from '@/stores/session'
import { useThread } from '@/stores/thread'
import type { workbenchCommands } from './commands'
import { useRequestActions } from './requestActions'
import { newestUndoable } from './undoables'

export interface WorkbenchPorts {
  select: (id: number | null) => void
  focusThread: () => void
  compose: (lane: ComposerLane) => void
  openTransfer: () => void
  openRelations: () => void
  search: () => void
  choose: () => void
  resolved: (next: number | null) => void
}

export function useWorkbenchCommands(ports: WorkbenchPorts): void {
  const inbox = useInbox()
  const thread = useThread()
  const actions = useRequestActions()
  const notices = useNotices()
  const hasThread = (): boolean => thread.phase === 'ready'

  function step(direction: 1 | -1): void {
    const id = inbox.neighbour(direction)
    if (id !== null) ports.select(id)
  }

  async function resolve(): Promise<void> {
    const request = thread.request
    if (!request) return
    const next = inbox.neighbour(1) ?? inbox.neighbour(-1)
    if (await actions.setStatus(request, 'resolved')) ports.resolved(next)
  }

  /** What was done last, while it can be undone: an act that a notice tells of, or a reply. */
  function lastDone(): (() => void) | null {
    const notice = notices.current
    const reply = newestUndoable()
    if (notice?.undo && notice.at > (reply?.at ?? 0)) return notices.undo
    return reply?.undo ?? null
  }

  const session = useSession()
  const isOpen = (request: ServiceRequestView): boolean =>
    request.status !== 'resolved' && request.status !== 'closed'
  const isMine = (request: ServiceRequestView): boolean => request.assignee?.id === session.operator?.id

  function withRequest(fits: (request: ServiceRequestView) => boolean): () => boolean {
    return () => thread.request !== null && isOpen(thread.request) && fits(thread.request)
  }

  /** Something about the request that is open. */
  function onRequest(act: (request: ServiceRequestView) => unknown): () => void {
    return () => {
      if (thread.request) void act(thread.request)
    }
  }

  const acts: ActsOf<typeof workbenchCommands> = {
    'list.next': { run: () => step(1) },
    'list.previous': { run: () => step(-1) },
    'list.open': { run: () => (hasThread() ? ports.focusThread() : step(1)) },
    'list.choose': { run: ports.choose },
    'list.search': { run: ports.search },
    'request.claim': {
      run: onRequest(actions.claim),
      when: withRequest((request) => request.assignee === null),
    },
    'request.giveBack': { run: onRequest(actions.giveBack), when: withRequest(isMine) },
    'request.assign': {
      run: ports.openTransfer,
      when: withRequest((request) => session.may('service_requests:assign') || isMine(request)),
    },
    'request.resolve': { run: () => void resolve(), when: withRequest(() => true) },
    'request.relate': {
      run: ports.openRelations,
      when: () => thread.request !== null && thread.request.merged_into_id === null,
    },
    'request.undo': { run: () => lastDone()?.(), when: () => lastDone() !== null },
    'request.public': { run: () => ports.compose('public') },
    'request.private': { run: () => ports.compose('private') },
    'request.note': { run: () => ports.compose('note') },
  }
  onBeforeUnmount(bring(acts, hasThread))
}
