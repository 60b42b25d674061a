/** The shapes of `/api/v1` as the screens use them. Times are ISO-8601 UTC strings. */

export type Platform = 'weibo' | 'wechat' | 'mastodon'
export type Lane = 'public' | 'private'
export type ComposerLane = Lane | 'note'
export type Presence = 'online' | 'busy' | 'away' | 'offline'
export type RequestStatus = 'new' | 'open' | 'pending' | 'on_hold' | 'resolved' | 'closed'
export type RequestType = 'complaint' | 'consult' | 'lead' | 'suggestion' | 'praise' | 'other'
export type Role = 'operator' | 'agency_operator' | 'supervisor' | 'manager' | 'administrator'
export type ViewName = 'mine' | 'unassigned' | 'team' | 'waiting' | 'all' | 'resolved'
export type SortName = 'urgent' | 'newest' | 'oldest'
export type MessageState = 'queued' | 'sending' | 'sent' | 'failed' | 'unknown' | 'cancelled'
/** half_up: Weibo's rule (weibo_140 is its older name); graphemes: Mastodon's. */
export type LengthUnit = 'half_up' | 'weibo_140' | 'utf8_bytes' | 'graphemes' | 'characters'
export type AccountStatus = 'active' | 'paused' | 'reauthorise' | 'misconfigured' | 'blocked'
export type Locale = 'zh-CN' | 'en'

export interface NamedRef {
  id: number
  name: string
}

export interface OperatorView extends NamedRef {
  login_name: string
  role: Role
  agency: NamedRef & { kind: 'in_house' | 'third_party' }
  teams: NamedRef[]
}

export interface AnonymousSession {
  authenticated: false
  csrf_token: string
  locale: Locale
}

export interface SessionView {
  authenticated: true
  csrf_token: string
  operator: OperatorView
  permissions: string[]
  capacity: { open: number; maximum: number }
  presence: Presence
  presence_since: string | null
  locale: Locale
  server_time: string
  event_seq: number
}

export interface AccountRef extends NamedRef {
  platform: Platform
}

export interface ContactRef extends NamedRef {
  avatar_url: string | null
  verified: boolean
  followers_count: number | null
  level: string | null
}

export interface Sentiment {
  value: -1 | 0 | 1
  score: number
  unsure: boolean
}

export interface Reason {
  text: string
  weight: number
}

export interface ServiceRequestView {
  id: number
  number: string
  conversation_id: number
  account: AccountRef
  lane: Lane
  status: RequestStatus
  type: RequestType
  priority: 1 | 2 | 3 | 4
  priority_reason: string
  sentiment: Sentiment | null
  contact: ContactRef
  assignee: NamedRef | null
  team: NamedRef | null
  preview: { text: string; direction: 'inbound' | 'outbound'; at: string } | null
  unread_count: number
  message_count: number
  opened_at: string
  last_inbound_at: string
  waiting_since: string | null
  due_at: string | null
  window: { until: string | null; remaining: number | null; reason: string | null } | null
  version: number
}

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export interface RequestPage extends Page<ServiceRequestView> {
  total: number
  event_seq: number
}

export interface RequestCounts {
  views: Record<ViewName, number>
  unread: number
  accounts: { account_id: number; count: number }[]
}

export interface AssignmentCandidate {
  operator_id: number
  name: string
  open_requests: number
  capacity: number
  presence: Presence
  excluded: string | null
}

export interface AssignmentDecision {
  id: number
  strategy: string
  chosen: NamedRef | null
  decided_by: NamedRef | null
  reason: string
  candidates: AssignmentCandidate[]
  decided_at: string
}

export interface LaneState {
  allowed: boolean
  reason: string | null
  alternatives: { kind: 'public' | 'private' | 'wait'; label: string }[]
  limit: { maximum: number; unit: LengthUnit }
  window: { until: string | null; remaining: number | null; reason?: string | null } | null
  quota: { remaining: number; resets_at: string | null } | null
  audience: string
}

export interface ContactView extends ContactRef {
  external_id: string
  platform: Platform
  first_seen_at: string
  phone_masked: string | null
  request_count: number
  recent: { at: string; kind: string; text: string; service_request_id: number | null }[]
}

export interface Viewer extends NamedRef {
  typing: boolean
}

export interface ConversationView {
  id: number
  account: AccountRef
  contact: ContactView
  requests: ServiceRequestView[]
  lanes: { public: LaneState | null; private: LaneState | null }
  viewers: Viewer[]
  version: number
}

export interface MessageView {
  id: number
  conversation_id: number
  number: number
  direction: 'inbound' | 'outbound' | 'note' | 'system'
  lane: 'public' | 'private' | 'internal'
  kind: string
  author_name: string
  operator: NamedRef | null
  text: string
  media: { kind: string; url: string | null }[]
  sentiment: Sentiment | null
  reasons: Reason[]
  external_url: string | null
  occurred_at: string
  state: MessageState | null
  error: { code: string; detail: string } | null
  undo_until: string | null
  version: number
}

export interface AssignableOperator extends NamedRef {
  presence: Presence
  open_requests: number
  capacity: number
  team_names: string[]
}

export interface AccountView extends AccountRef {
  external_id: string
  agency: NamedRef
  kind: 'official' | 'employee'
  status: AccountStatus
  status_detail: string | null
  status_since: string
  token_expires_at: string | null
  last_poll_at: string | null
  last_push_at: string | null
  lag_seconds: number | null
  error_streak: number
  retry_at: string | null
  quota: { remaining: number; limit: number; resets_at: string | null } | null
  capabilities: string[]
  version: number
}

export interface Verdict {
  outcome: 'kept' | 'dropped'
  step: string
  reason: string
  reason_text: string
  intent: string | null
  intent_score: number | null
  service_score: number | null
  sentiment: Sentiment | null
  spam_score: number | null
  priority: number | null
  reasons: Reason[]
  rescued: boolean
}

export interface InboundItemView {
  id: number
  account: AccountRef
  lane: Lane
  kind: string
  author_name: string
  text: string
  external_url: string | null
  published_at: string
  received_at: string
  verdict: Verdict | null
  service_request_id: number | null
}

export interface InboundCounts {
  total: number
  kept: number
  dropped: number
  pending: number
  by_reason: { outcome: 'kept' | 'dropped'; reason: string; reason_text: string; count: number }[]
}

export interface EventView {
  seq: number
  name: string
  occurred_at: string
  payload: Record<string, unknown>
}
