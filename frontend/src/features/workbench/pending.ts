/** Which outbox entries still need a bubble of their own. */

import type { MessageView } from '@/api/contract'
import type { OutboxEntry } from './outboxQueue'

const CLOCK_SLACK_MS = 5_000

/**
 * The event about a new reply may overtake the answer to the call that made it. For that moment both the entry and
 * the message are here; the entry is left out as soon as a message with its words, lane and time is on screen.
 */
export function notYetConfirmed(entries: OutboxEntry[], messages: MessageView[]): OutboxEntry[] {
  const taken = new Set<number>()
  return entries.filter((entry) => {
    if (entry.state !== 'posting') return true
    const twin = messages.find((message) => !taken.has(message.id) && isTwin(entry, message))
    if (twin) taken.add(twin.id)
    return !twin
  })
}

function isTwin(entry: OutboxEntry, message: MessageView): boolean {
  if (message.conversation_id !== entry.conversationId || message.text !== entry.text) return false
  if (message.media.length !== (entry.files ?? []).length) return false
  if (message.direction !== (entry.lane === 'note' ? 'note' : 'outbound')) return false
  return Date.parse(message.occurred_at) >= Date.parse(entry.createdAt) - CLOCK_SLACK_MS
}
