/** The workbench: requests by view, and the open conversation. */

import type { ViewName } from '@/api/contract'
import type { Feature } from '@/app/feature'
import { useEntities } from '@/stores/entities'
import { useInbox } from '@/stores/inbox'
import { useLive } from '@/stores/live'
import { useSession } from '@/stores/session'
import { workbenchCommands } from './commands'

/** Each view with the letter that follows `g`. */
const VIEWS: Record<ViewName, string> = {
  mine: 'm',
  unassigned: 'u',
  team: 't',
  waiting: 'w',
  all: 'a',
  resolved: 'd',
}

/** Whoever only watches has no requests of the own. */
function home(rights: ReadonlySet<string>): { name: string; params: { view: ViewName } } {
  return { name: 'workbench', params: { view: rights.has('service_requests:claim') ? 'mine' : 'all' } }
}

export default {
  pages: [
    {
      name: 'workbench',
      path: `/workbench/:view(${Object.keys(VIEWS).join('|')})/:id(\\d+)?`,
      screen: () => import('./WorkbenchPage.vue'),
      right: 'service_requests:read',
      menu: { icon: 'inbox', order: 10, to: home, badge: () => useInbox().counts?.views.mine ?? 0 },
    },
  ],
  redirects: [{ path: '/workbench', to: home }],
  commands: [
    ...workbenchCommands,
    ...Object.entries(VIEWS).map(([view, letter]) => ({
      id: `go.${view}`,
      keys: `g ${letter}`,
      title: `shortcut.go.${view}`,
      group: 'go' as const,
      right: 'service_requests:read' as const,
      to: { name: 'workbench', params: { view } },
    })),
  ],
  start: () => {
    if (!useSession().may('service_requests:read')) return []
    const inbox = useInbox()
    void inbox.loadCounts()
    return [
      useEntities().subscribe((changes) => inbox.onChanges(changes)),
      useLive().onReload(() => inbox.loadCounts()),
    ]
  },
} satisfies Feature
