/** What keys do in the stream of what was heard. The letters for dropping and rescuing mean the same in the review. */

import type { Command } from '@/shortcuts/commands'

const STREAM = { group: 'listening', page: 'listener' } as const
const ROW = { ...STREAM, needs: 'row' } as const

export const listenerCommands = [
  { id: 'stream.next', keys: 'j', title: 'shortcut.next', ...STREAM },
  { id: 'stream.previous', keys: 'k', title: 'shortcut.previous', ...STREAM },
  { id: 'stream.open', keys: 'Enter', title: 'shortcut.stream.open', ...ROW },
  { id: 'stream.original', keys: 'o', title: 'listener.original', ...ROW },
  { id: 'stream.keep', keys: 'y', title: 'shortcut.stream.keep', right: 'inbound_items:correct', ...ROW },
  { id: 'stream.drop', keys: 'x', title: 'shortcut.stream.drop', right: 'inbound_items:correct', ...ROW },
  { id: 'stream.rescue', keys: 's', title: 'listener.rescue', right: 'inbound_items:rescue', ...ROW },
  { id: 'stream.undo', keys: 'z', title: 'common.undo', right: 'inbound_items:correct', ...STREAM },
  { id: 'stream.search', keys: '/', title: 'listener.search', ...STREAM },
] as const satisfies readonly Command[]
