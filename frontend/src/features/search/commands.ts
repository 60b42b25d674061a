import type { Command } from '@/shortcuts/commands'

const EVERYWHERE = { group: 'general', right: 'conversations:read' } as const

export const searchCommands = [
  { id: 'search.open', keys: '/', title: 'shortcut.search', ...EVERYWHERE },
  { id: 'search.palette', keys: 'Ctrl K', title: 'shortcut.palette', byField: true, ...EVERYWHERE },
] as const satisfies readonly Command[]
