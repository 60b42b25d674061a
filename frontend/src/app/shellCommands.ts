/** Keys that work on every page: go somewhere, show the sheet. */

import type { Router } from 'vue-router'

import type { ViewName } from '@/api/contract'
import { register, type Command } from '@/shortcuts/keyboard'
import { useSession } from '@/stores/session'
import { RIGHTS } from './permissions'

const VIEW_KEYS: [string, ViewName][] = [
  ['m', 'mine'],
  ['u', 'unassigned'],
  ['t', 'team'],
  ['w', 'waiting'],
  ['a', 'all'],
  ['d', 'resolved'],
]

export function shellCommands(router: Router, showSheet: () => void): () => void {
  const session = useSession()
  const list: Command[] = VIEW_KEYS.map(([key, view]) => ({
    keys: `g ${key}`,
    title: `shortcut.go.${view}`,
    group: 'go',
    when: () => session.may(RIGHTS.readRequests),
    run: () => void router.push({ name: 'workbench', params: { view } }),
  }))
  list.push(
    {
      keys: 'g l',
      title: 'shortcut.go.listener',
      group: 'go',
      when: () => session.may(RIGHTS.readInbound),
      run: () => void router.push({ name: 'listener' }),
    },
    {
      keys: 'g c',
      title: 'shortcut.go.accounts',
      group: 'go',
      when: () => session.may(RIGHTS.readAccounts),
      run: () => void router.push({ name: 'accounts' }),
    },
    { keys: '?', title: 'shortcut.sheet', group: 'general', run: showSheet },
  )
  return register(list)
}
