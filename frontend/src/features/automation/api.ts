import { body, client, noBody } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Rule = Schemas['RuleView']
export type RuleContent = Schemas['CreateRule']
export type Trigger = Rule['trigger']
export type Action = Rule['actions'][number]
export type ActionKind = Action['kind']
export type Offer = Schemas['AutomationOffer']
export type ReadyMade = Schemas['ReadyMade']
export type Run = Schemas['RunView']
export type RunState = Schemas['RunState']
export type DryRun = Schemas['DryRunView']
export type ConditionCheck = Schemas['RuleConditionCheck']
type Condition = RuleContent['condition']

const rule = (id: number) => at({ rule_id: id })

export const automationApi = {
  rules: async (): Promise<Rule[]> => (await body(client.GET('/automation/rules'))).items,
  offer: (): Promise<Offer> => body(client.GET('/automation/offer')),
  fields: (of_events: boolean) =>
    body(
      client.GET('/condition-subjects/{subject}', {
        params: { path: { subject: 'service_request' }, query: { of_events } },
      }),
    ),
  check: (condition: Condition, of_events: boolean): Promise<ConditionCheck> =>
    body(client.POST('/automation/condition-checks', { body: { condition, of_events } })),
  create: (content: RuleContent): Promise<Rule> => body(client.POST('/automation/rules', { body: content })),
  edit: (id: number, content: RuleContent, version: number): Promise<Rule> =>
    body(client.PUT('/automation/rules/{rule_id}', { ...rule(id), body: { ...content, version } })),
  change: (id: number, is_on: boolean, version: number): Promise<Rule> =>
    body(client.PUT('/automation/rules/{rule_id}/switch', { ...rule(id), body: { is_on, version } })),
  attempt: (id: number): Promise<Rule> => body(client.POST('/automation/rules/{rule_id}/dry-runs', rule(id))),
  remove: (id: number) => noBody(client.DELETE('/automation/rules/{rule_id}', rule(id))),
  runs: (rule_id: number | null, state: RunState | null, cursor: string | null = null) =>
    body(
      client.GET('/automation/runs', {
        params: {
          query: {
            limit: 30,
            ...(rule_id === null ? {} : { rule_id }),
            ...(state === null ? {} : { state }),
            ...(cursor === null ? {} : { cursor }),
          },
        },
      }),
    ),
}
