/** What keys do in every list of the kit. A page whose own commands have these keys goes before. */

import type { Command } from '@/shortcuts/commands'

const ROWS = { group: 'rows' } as const

export const rowCommands = [
  { id: 'rows.next', keys: 'j', title: 'shortcut.next', ...ROWS },
  { id: 'rows.previous', keys: 'k', title: 'shortcut.previous', ...ROWS },
  { id: 'rows.open', keys: 'Enter', title: 'kit.list.open', ...ROWS, needs: 'row' },
  { id: 'rows.choose', keys: 'x', title: 'kit.list.choose', ...ROWS, needs: 'row' },
] as const satisfies readonly Command[]
