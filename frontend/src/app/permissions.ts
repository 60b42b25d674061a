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
  correctInbound: 'inbound_items:correct',
  readConversations: 'conversations:read',
  readAccounts: 'accounts:read',
  manageAccounts: 'accounts:manage',
  readTopics: 'topics:read',
  acknowledgeAlerts: 'alerts:acknowledge',
  readMonitors: 'monitors:read',
  manageMonitors: 'monitors:manage',
  readModels: 'models:read',
  manageModels: 'models:manage',
} as const

export interface MenuEntry {
  route: 'workbench' | 'listener' | 'topics' | 'accounts'
  icon: IconName
  right: string
}

export const MENU: readonly MenuEntry[] = [
  { route: 'workbench', icon: 'inbox', right: RIGHTS.readRequests },
  { route: 'listener', icon: 'listen', right: RIGHTS.readInbound },
  { route: 'topics', icon: 'trend', right: RIGHTS.readTopics },
  { route: 'accounts', icon: 'link', right: RIGHTS.readAccounts },
]

/** Pages that share one menu entry, as tabs on top of each of them. */
export const SECTIONS = {
  accounts: [
    { route: 'accounts', right: RIGHTS.readAccounts },
    { route: 'platforms', right: RIGHTS.readAccounts },
  ],
  listener: [
    { route: 'listener', right: RIGHTS.readInbound },
    { route: 'monitors', right: RIGHTS.readMonitors },
    { route: 'trial', right: RIGHTS.readMonitors },
    { route: 'review', right: RIGHTS.readInbound },
    { route: 'lists', right: RIGHTS.readInbound },
    { route: 'models', right: RIGHTS.readModels },
  ],
} as const satisfies Record<string, readonly { route: string; right: string }[]>

export function menuFor(permissions: ReadonlySet<string>): MenuEntry[] {
  return MENU.filter((entry) => permissions.has(entry.right))
}
