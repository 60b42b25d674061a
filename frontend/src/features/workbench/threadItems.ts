/** Turns messages into what the thread draws: bubbles, folded system lines, day and unread dividers. */

import type { MessageView } from '@/api/contract'

export type ThreadTab = 'all' | 'public' | 'private' | 'note'

export type ThreadItem =
  | { kind: 'message'; key: string; message: MessageView }
  | { kind: 'system'; key: string; messages: MessageView[] }
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string; count: number }

const POST_KINDS = new Set(['post', 'mention', 'repost'])

/** The post the conversation began with; it stays pinned above the thread. */
export function originalPost(messages: MessageView[]): MessageView | null {
  const first = messages.find((message) => message.direction === 'inbound' && message.lane === 'public')
  return first && POST_KINDS.has(first.kind) ? first : null
}

export function tabOf(message: MessageView): ThreadTab | null {
  if (message.direction === 'system') return null
  if (message.direction === 'note') return 'note'
  return message.lane === 'internal' ? 'note' : message.lane
}

export function countByTab(messages: MessageView[]): Record<ThreadTab, number> {
  const counts: Record<ThreadTab, number> = { all: 0, public: 0, private: 0, note: 0 }
  for (const message of messages) {
    const tab = tabOf(message)
    if (tab === null) continue
    counts.all += 1
    counts[tab] += 1
  }
  return counts
}

/**
 * The rows of one tab, oldest first. `readUpTo` is the number of the last message read before the conversation was
 * opened; the unread divider comes after it. System lines that follow each other become one row.
 */
export function threadItems(
  messages: MessageView[],
  tab: ThreadTab,
  pinned: MessageView | null,
  readUpTo: number,
  today: string,
): ThreadItem[] {
  const items: ThreadItem[] = []
  const shown = messages.filter((message) => message.id !== pinned?.id && inTab(message, tab))
  const unread = shown.filter((message) => message.direction === 'inbound' && message.number > readUpTo)
  // Today needs no heading unless something older stands above it.
  let day = dayOf((pinned ?? shown[0])?.occurred_at ?? today)
  if (shown[0] && !pinned && day !== dayOf(today))
    items.push({ kind: 'day', key: 'day-first', at: shown[0].occurred_at })
  for (const message of shown) {
    if (dayOf(message.occurred_at) !== day) {
      day = dayOf(message.occurred_at)
      items.push({ kind: 'day', key: `day-${message.id}`, at: message.occurred_at })
    }
    if (message.id === unread[0]?.id) items.push({ kind: 'unread', key: 'unread', count: unread.length })
    append(items, message)
  }
  return items
}

function inTab(message: MessageView, tab: ThreadTab): boolean {
  return tab === 'all' || tabOf(message) === tab
}

function append(items: ThreadItem[], message: MessageView): void {
  const last = items.at(-1)
  if (message.direction !== 'system') items.push({ kind: 'message', key: `m-${message.id}`, message })
  else if (last?.kind === 'system') last.messages.push(message)
  else items.push({ kind: 'system', key: `s-${message.id}`, messages: [message] })
}

function dayOf(iso: string): string {
  return new Date(iso).toDateString()
}
