/**
 * Names for the shapes of `/api/v1`, all from the generated types (`types.ts`, from docs/api/openapi.json): a field that changes on
 * the server breaks the build here. Times are ISO-8601 UTC strings.
 */

import type { components } from './types'

type Schemas = components['schemas']

/** Platforms are plug-ins of the server, so the list is open. */
export type Platform = string
export type Lane = Schemas['SendReply']['lane']
export type ComposerLane = Lane | 'note'
export type Presence = Schemas['Presence']
export type PresenceChanged = Schemas['PresenceChanged']
export type RequestStatus = Schemas['RequestStatus']
export type SettableStatus = Schemas['SetStatus']['status']
export type RoleRef = Schemas['RoleRef']
export type RoleView = Schemas['RoleView']
/** What a role may allow, as the server names it. */
export type Right = Schemas['Permission']
export type ViewName = keyof Schemas['ViewCounts']
export type SortName = 'urgent' | 'newest' | 'oldest'
export type MessageState = Schemas['OutboundState']
export type AccountStatus = Schemas['AccountStatus']
export type Locale = Schemas['SetLocale']['locale']

export type NamedRef = Schemas['PersonRef']
export type OperatorView = Schemas['OperatorView']

/** What `/session` answers; of somebody who is not signed in it holds little. */
export type SessionAnswer = Schemas['SessionView']

export type SessionView = SessionAnswer & {
  operator: OperatorView
  capacity: Schemas['CapacityView']
  presence: Presence
}

export type AccountRef = Schemas['AccountRefView']
export type ContactRef = Schemas['ContactRefView']
export type Sentiment = Schemas['SentimentView']
/** `kind` says which judgement the words moved: `intent:…`, `service`, `sentiment`, `spam`. */
export type Reason = Schemas['ReasonView']
export type ServiceRequestView = Schemas['ServiceRequestView']

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

export type RequestPage = Schemas['ServiceRequestList']
export type RequestCounts = Schemas['ServiceRequestCounts']
export type RequestType = NonNullable<Schemas['ClassifyRequest']['type']>
export type RequestChange = Schemas['RequestChangeView']
export type AssignmentDecision = Schemas['DecisionView']
export type DeadlineView = Schemas['DeadlineView']
export type ClosedView = Schemas['ClosedView']
export type LaneState = Schemas['LaneView']
/** Which files a reply in a lane may carry. */
export type LaneFiles = Schemas['LaneFilesView']
export type ContactView = Schemas['ContactView']
export type Viewer = Schemas['ViewerView']
export type ConversationView = Schemas['ConversationView']
export type MessageView = Schemas['MessageView']
export type AssignableOperator = Schemas['AssignableOperatorView']
export type AccountView = Schemas['AccountView']
export type Verdict = Schemas['VerdictView']
export type InboundItemView = Schemas['InboundItemView']
export type Correction = Schemas['LabelView']
export type InboundCounts = Schemas['InboundItemCounts']
export type EventView = Schemas['EventView']
