/** Builders for the shapes of the API, with only what a test cares about spelled out. */

import type { MessageView, ServiceRequestView } from '@/api/contract'
import type { ServerEvent } from '@/api/events'
import type { LongWork } from '@/features/longwork/api'
import type { Medium } from '@/ui/media/mediaModel'

export function request(over: Partial<ServiceRequestView> & { id: number }): ServiceRequestView {
  return {
    number: `LK-${over.id}`,
    conversation_id: over.id + 100,
    account: { id: 1, name: '云岭通信客服', platform: 'weibo' },
    lane: 'public',
    status: 'open',
    type: 'complaint',
    priority: 2,
    priority_parts: [],
    sentiment: { value: -1, score: 0.1, unsure: false },
    contact: { id: 7, name: '客户', avatar_url: null, verified: false, followers_count: null, level: null },
    assignee: { id: 3, name: '何晓棠' },
    team: { id: 1, name: '宽带组' },
    preview: {
      planned_for: null,
      medium: null,
      text: '网断了',
      direction: 'inbound',
      at: '2026-05-01T02:00:00Z',
    },
    unread_count: 1,
    offered_at: null,
    message_count: 1,
    opened_at: '2026-05-01T02:00:00Z',
    last_inbound_at: '2026-05-01T02:00:00Z',
    waiting_since: '2026-05-01T02:00:00Z',
    due_at: '2026-05-01T03:00:00Z',
    first_replied_at: null,
    policy_id: null,
    resolve_due_at: null,
    stopped_at: null,
    window: null,
    send_failure: null,
    merged_into_id: null,
    version: 1,
    ...over,
  }
}

export function message(over: Partial<MessageView> & { id: number }): MessageView {
  return {
    conversation_id: 101,
    service_request_id: 1,
    number: over.id,
    direction: 'inbound',
    lane: 'public',
    kind: 'comment',
    author_name: '客户',
    operator: null,
    text: '在吗',
    media: [],
    origin: null,
    sentiment: null,
    reasons: [],
    external_url: null,
    occurred_at: '2026-05-01T02:00:00Z',
    edited_at: null,
    deleted_at: null,
    revisions: [],
    state: null,
    error: null,
    undo_until: null,
    version: 1,
    ...over,
  }
}

export function medium(over: Partial<Medium> = {}): Medium {
  return {
    id: null,
    attachment_id: null,
    kind: 'image',
    state: null,
    reason: null,
    can_ask: false,
    url: null,
    can_show: false,
    preview_url: null,
    mime_type: null,
    size: null,
    name: null,
    title: null,
    description: null,
    duration_seconds: null,
    latitude: null,
    longitude: null,
    link: null,
    ...over,
  }
}

export function event<Name extends ServerEvent['name']>(
  seq: number,
  name: Name,
  payload: Extract<ServerEvent, { name: Name }>['payload'] | { id: number },
): ServerEvent {
  return { seq, name, occurred_at: '2026-05-01T02:00:00Z', payload } as ServerEvent
}

/** The same shuffle every time for one seed, so that a failure can be repeated. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items]
  let state = seed
  for (let index = result.length - 1; index > 0; index -= 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    const other = state % (index + 1)
    const held = result[index] as T
    result[index] = result[other] as T
    result[other] = held
  }
  return result
}

export function longWork(over: Partial<LongWork> & { id: number }): LongWork {
  return {
    kind: 'service_request.export',
    label: '',
    owner: { id: 3, name: '何晓棠' },
    state: 'running',
    total: null,
    done: 0,
    skipped: 0,
    failed: 0,
    seconds_left: null,
    error: null,
    error_text: null,
    result: null,
    may_retry: false,
    created_at: '2026-05-01T02:00:00Z',
    started_at: '2026-05-01T02:00:00Z',
    finished_at: null,
    version: 1,
    ...over,
  }
}
