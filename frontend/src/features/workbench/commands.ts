/** What keys do in the workbench. */

import type { Command } from '@/shortcuts/commands'

const LIST = { group: 'list', page: 'workbench' } as const
const REQUEST = { group: 'request', page: 'workbench', needs: 'request' } as const

export const workbenchCommands = [
  { id: 'list.next', keys: 'j', title: 'shortcut.next', ...LIST },
  { id: 'list.previous', keys: 'k', title: 'shortcut.previous', ...LIST },
  { id: 'list.open', keys: 'Enter', title: 'shortcut.open', ...LIST },
  {
    id: 'list.choose',
    keys: 'x',
    title: 'shortcut.choose',
    right: 'service_requests:assign',
    ...LIST,
    needs: 'request',
  },
  { id: 'list.search', keys: '/', title: 'shortcut.searchList', ...LIST },
  { id: 'request.claim', keys: 'c', title: 'action.claim', right: 'service_requests:claim', ...REQUEST },
  {
    id: 'request.giveBack',
    keys: 'b',
    title: 'action.giveBack',
    right: 'service_requests:claim',
    ...REQUEST,
  },
  { id: 'request.assign', keys: 'a', title: 'action.transfer', ...REQUEST },
  {
    id: 'request.resolve',
    keys: 'e',
    title: 'action.resolve',
    right: 'service_requests:update',
    ...REQUEST,
  },
  {
    id: 'request.relate',
    keys: 'm',
    title: 'relate.menu',
    right: 'service_requests:update',
    ...REQUEST,
  },
  { id: 'request.undo', keys: 'z', title: 'shortcut.undo', group: 'request', page: 'workbench' },
  { id: 'request.public', keys: 'r', title: 'shortcut.public', right: 'replies:send', ...REQUEST },
  { id: 'request.private', keys: 'd', title: 'shortcut.private', right: 'replies:send', ...REQUEST },
  { id: 'request.note', keys: 'n', title: 'shortcut.note_lane', right: 'notes:write', ...REQUEST },
  {
    id: 'request.send',
    keys: 'Ctrl Enter',
    title: 'shortcut.send',
    right: 'replies:send',
    byField: true,
    ...REQUEST,
  },
  {
    id: 'request.sendResolve',
    keys: 'Ctrl Shift Enter',
    title: 'shortcut.sendResolve',
    right: 'replies:send',
    byField: true,
    ...REQUEST,
  },
] as const satisfies readonly Command[]
