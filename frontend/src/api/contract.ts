/**
 * The shapes of `/api/v1` as the screens use them: the generated types (`types.ts`, from docs/api/openapi.json), with
 * plain strings narrowed to the words they can be. A field that changes on the server breaks the build here.
 * Times are ISO-8601 UTC strings.
 */

import type { components } from './types'

type Schemas = components['schemas']

export type Platform = 'weibo' | 'wechat' | 'mastodon'
export type Lane = 'public' | 'private'
export type ComposerLane = Lane | 'note'
export type Presence = Schemas['Presence']
export type RequestStatus = Schemas['RequestStatus']
export type SettableStatus = Schemas['SetStatus']['status']
export type RequestType = 'complaint' | 'consult' | 'lead' | 'suggestion' | 'praise' | 'other'
export type Role = Schemas['RoleName']
export type ViewName = keyof Schemas['ViewCounts']
export type SortName = 'urgent' | 'newest' | 'oldest'
export type MessageState = Schemas['OutboundState']
/** half_up is Weibo's rule, graphemes Mastodon's. */
export type LengthUnit = 'half_up' | 'weibo_140' | 'utf8_bytes' | 'graphemes' | 'characters'
export type AccountStatus = Schemas['AccountStatus']
export type Locale = 'zh-CN' | 'en'

export type NamedRef = Schemas['PersonRef']
export type OperatorView = Schemas['OperatorView']

export type AnonymousSession = Pick<Schemas['SessionView'], 'csrf_token' | 'server_time'> & {
  authenticated: false
  locale: Locale
}

export type SessionView = Omit<Schemas['SessionView'], 'authenticated' | 'locale' | 'operator' | 'capacity' | 'presence'> & {
  authenticated: true
  locale: Locale
  operator: OperatorView
  capacity: Schemas['CapacityView']
  presence: Presence
}

export type AccountRef = Omit<Schemas['AccountRefView'], 'platform'> & { platform: Platform }
export type ContactRef = Schemas['ContactRefView']
export type Sentiment = Schemas['SentimentView']

/** `kind` says which judgement the words moved: `intent:…`, `service`, `sentiment`, `spam`. */
export type Reason = Omit<Schemas['ReasonView'], 'kind'> & { kind?: string }

export type ServiceRequestView = Omit<Schemas['ServiceRequestView'], 'account' | 'lane' | 'type'> & {
  account: AccountRef
  lane: Lane
  type: RequestType
}

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export type RequestPage = Omit<Schemas['ServiceRequestList'], 'items'> & { items: ServiceRequestView[] }
export type RequestCounts = Schemas['ServiceRequestCounts']
export type AssignmentDecision = Schemas['DecisionView']

export type LaneState = Omit<Schemas['LaneView'], 'limit' | 'quota'> & {
  limit: { maximum: number; unit: LengthUnit }
  quota?: { remaining: number; resets_at: string | null } | null
}

export type ContactView = Omit<Schemas['ContactView'], 'platform'> & { platform: Platform }
export type Viewer = Schemas['ViewerView']

export type ConversationView = Omit<Schemas['ConversationView'], 'account' | 'contact' | 'requests' | 'lanes'> & {
  account: AccountRef
  contact: ContactView
  requests: ServiceRequestView[]
  lanes: { public: LaneState | null; private: LaneState | null }
}

export type MessageView = Omit<Schemas['MessageView'], 'reasons'> & { reasons: Reason[] }
export type AssignableOperator = Schemas['AssignableOperatorView']
export type AccountView = Omit<Schemas['AccountView'], 'platform'> & { platform: Platform }
export type Verdict = Omit<Schemas['VerdictView'], 'reasons'> & { reasons: Reason[] }

export type InboundItemView = Omit<Schemas['InboundItemView'], 'account' | 'lane' | 'verdict'> & {
  account: AccountRef
  lane: Lane
  verdict: Verdict | null
}

export type Explanation = Schemas['ExplanationView']
export type Correction = Schemas['LabelView']
export type InboundCounts = Schemas['InboundItemCounts']
export type EventView = Schemas['EventView']
