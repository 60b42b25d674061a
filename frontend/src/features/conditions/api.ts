/** What conditions may ask, how they read, and the views that people keep. */

import { body, client, noBody } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'
import type { Tree } from './tree'

type Schemas = components['schemas']

export type Subject = Schemas['ConditionSubjectView']
export type Field = Schemas['ConditionFieldView']
export type Operator = Schemas['ConditionOperatorView']
export type Check = Schemas['ConditionCheck']
export type Examples = Schemas['ConditionExamples']
export type Example = Schemas['ConditionExample']
export type Reference = Schemas['ReferenceView']
export type SavedView = Schemas['SavedViewView']
export type Sharing = Schemas['Sharing']

export interface Content {
  name: string
  condition: Tree
  sort: string | null
  sharing: Sharing
  team_id: number | null
}

function sent(content: Content) {
  return { ...content, condition: content.condition }
}

export const conditionsApi = {
  subject: (subject: string) => body(client.GET('/condition-subjects/{subject}', at({ subject }))),
  check: (subject: string, tree: Tree) =>
    body(
      client.POST('/condition-subjects/{subject}/checks', {
        ...at({ subject }),
        body: { condition: tree },
      }),
    ),
  examples: (subject: string, tree: Tree) =>
    body(
      client.POST('/condition-subjects/{subject}/examples', {
        ...at({ subject }),
        body: { condition: tree },
      }),
    ),
  references: (subject: string, kind: string, query: { q?: string; ids?: string }) =>
    body(
      client.GET('/condition-subjects/{subject}/references/{kind}', {
        params: { path: { subject, kind }, query },
      }),
    ),
  views: (subject: string) => body(client.GET('/saved-views', { params: { query: { subject } } })),
  counts: (subject: string) => body(client.GET('/saved-views/counts', { params: { query: { subject } } })),
  create: (subject: string, content: Content) =>
    body(client.POST('/saved-views', { body: { ...sent(content), subject } })),
  edit: (id: number, content: Content, version: number) =>
    body(
      client.PUT('/saved-views/{view_id}', {
        ...at({ view_id: id }),
        body: { ...sent(content), version },
      }),
    ),
  remove: (id: number) => noBody(client.DELETE('/saved-views/{view_id}', at({ view_id: id }))),
}
