import { body, client, noBody } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Policy = Schemas['PolicyView']
export type PolicyList = Schemas['PolicyList']
export type PolicyContent = Schemas['CreatePolicy']
export type Step = Schemas['PolicyStep']
export type ConditionCheck = Schemas['PolicyConditionCheck']
export type Trial = Schemas['PolicyTrial']
type Condition = PolicyContent['condition']

const policy = (id: number) => at({ policy_id: id })

export const levelsApi = {
  policies: (): Promise<PolicyList> => body(client.GET('/service-policies')),
  fields: () =>
    body(client.GET('/condition-subjects/{subject}', { params: { path: { subject: 'service_request' } } })),
  check: (condition: Condition, policy_id: number | null): Promise<ConditionCheck> =>
    body(client.POST('/service-policies/condition-checks', { body: { condition, policy_id } })),
  attempt: (content: PolicyContent, policy_id: number | null): Promise<Trial> =>
    body(client.POST('/service-policies/trials', { body: { content, policy_id } })),
  create: (content: PolicyContent): Promise<Policy> =>
    body(client.POST('/service-policies', { body: content })),
  edit: (id: number, content: PolicyContent, version: number): Promise<Policy> =>
    body(client.PUT('/service-policies/{policy_id}', { ...policy(id), body: { ...content, version } })),
  change: (id: number, is_on: boolean, version: number): Promise<Policy> =>
    body(client.PUT('/service-policies/{policy_id}/switch', { ...policy(id), body: { is_on, version } })),
  order: (ids: number[]): Promise<PolicyList> =>
    body(client.PUT('/service-policies/order', { body: { ids } })),
  remove: (id: number) => noBody(client.DELETE('/service-policies/{policy_id}', policy(id))),
}
