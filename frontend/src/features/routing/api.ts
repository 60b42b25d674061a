import { body, client, noBody } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Setup = Schemas['RoutingSetup']
export type Queue = Schemas['QueueView']
export type QueueContent = Schemas['CreateQueue']
export type Rule = Schemas['RoutingRuleView']
export type RuleContent = Schemas['CreateRoutingRule']
export type Skill = Schemas['SkillView']
export type SkillLevel = Schemas['SkillLevel']
export type Strategy = Schemas['OfferedStrategy']
export type ConditionCheck = Schemas['RoutingConditionCheck']
export type Trial = Schemas['RoutingTrial']
export type TriedText = Schemas['TriedText']
export type Candidate = Schemas['TriedCandidate']
type Condition = RuleContent['condition']

const queue = (id: number) => at({ queue_id: id })
const rule = (id: number) => at({ rule_id: id })
const skill = (id: number) => at({ skill_id: id })

export const routingApi = {
  setup: (): Promise<Setup> => body(client.GET('/routing/setup')),
  fields: () =>
    body(
      client.GET('/condition-subjects/{subject}', {
        params: { path: { subject: 'service_request' }, query: { of_events: false } },
      }),
    ),
  check: (condition: Condition): Promise<ConditionCheck> =>
    body(client.POST('/routing/condition-checks', { body: { condition } })),
  attempt: (tried: Schemas['TryRouting']): Promise<Trial> =>
    body(client.POST('/routing/trials', { body: tried })),
  addQueue: (content: QueueContent): Promise<Queue> =>
    body(client.POST('/routing/queues', { body: content })),
  editQueue: (id: number, content: QueueContent, version: number): Promise<Queue> =>
    body(client.PUT('/routing/queues/{queue_id}', { ...queue(id), body: { ...content, version } })),
  moveQueue: (id: number, position: number, version: number): Promise<Queue> =>
    body(client.PUT('/routing/queues/{queue_id}/position', { ...queue(id), body: { position, version } })),
  removeQueue: (id: number) => noBody(client.DELETE('/routing/queues/{queue_id}', queue(id))),
  addRule: (content: RuleContent): Promise<Rule> => body(client.POST('/routing/rules', { body: content })),
  editRule: (id: number, content: RuleContent, version: number): Promise<Rule> =>
    body(client.PUT('/routing/rules/{rule_id}', { ...rule(id), body: { ...content, version } })),
  switchRule: (id: number, is_on: boolean, version: number): Promise<Rule> =>
    body(client.PUT('/routing/rules/{rule_id}/switch', { ...rule(id), body: { is_on, version } })),
  moveRule: (id: number, position: number, version: number): Promise<Rule> =>
    body(client.PUT('/routing/rules/{rule_id}/position', { ...rule(id), body: { position, version } })),
  removeRule: (id: number) => noBody(client.DELETE('/routing/rules/{rule_id}', rule(id))),
  addSkill: (name: string): Promise<Skill> => body(client.POST('/routing/skills', { body: { name } })),
  renameSkill: (id: number, name: string, version: number): Promise<Skill> =>
    body(client.PUT('/routing/skills/{skill_id}', { ...skill(id), body: { name, version } })),
  removeSkill: (id: number) => noBody(client.DELETE('/routing/skills/{skill_id}', skill(id))),
  setSkills: (operator_id: number, skills: SkillLevel[], seen: SkillLevel[]) =>
    body(
      client.PUT('/routing/operators/{operator_id}/skills', {
        ...at({ operator_id }),
        body: { skills, seen },
      }),
    ),
}
