/** The rights a screen or an action needs; the menu shows only what the person may open. */

import type { IconName } from '@/ui/icons'

export const RIGHTS = {
  readRequests: 'service_requests:read',
  claimRequests: 'service_requests:claim',
  assignRequests: 'service_requests:assign',
  updateRequests: 'service_requests:update',
  reply: 'replies:send',
  writeNotes: 'notes:write',
  readInbound: 'inbound_items:read',
  rescueInbound: 'inbound_items:rescue',
  readAccounts: 'accounts:read',
} as const

export interface MenuEntry {
  route: 'workbench' | 'listener' | 'accounts'
  icon: IconName
  right: string
}

export const MENU: readonly MenuEntry[] = [
  { route: 'workbench', icon: 'inbox', right: RIGHTS.readRequests },
  { route: 'listener', icon: 'listen', right: RIGHTS.readInbound },
  { route: 'accounts', icon: 'link', right: RIGHTS.readAccounts },
]

export function menuFor(permissions: ReadonlySet<string>): MenuEntry[] {
  return MENU.filter((entry) => permissions.has(entry.right))
}
