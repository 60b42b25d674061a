import { body, client, noBody } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Plan = Schemas['ShiftPlan']
export type Shift = Schemas['ShiftView']
export type Swap = Schemas['SwapView']
export type Person = Schemas['ShiftPerson']
export type Template = Schemas['ShiftTemplateView']
export type TemplateContent = Schemas['CreateShiftTemplate']
export type EditShift = Schemas['EditShift']

const shift = (id: number) => at({ shift_id: id })
const template = (id: number) => at({ template_id: id })
const swap = (id: number) => at({ swap_id: id })

export const OWN_CALENDAR = '/api/v1/shifts/own.ics'

export const shiftsApi = {
  plan: (first: string, last: string): Promise<Plan> =>
    body(client.GET('/shifts', { params: { query: { first, last } } })),
  add: (content: Schemas['PlanShifts']) => body(client.POST('/shifts', { body: content })),
  copy: (content: Schemas['CopyShifts']) => body(client.POST('/shifts/copies', { body: content })),
  edit: (id: number, content: EditShift): Promise<Shift> =>
    body(client.PUT('/shifts/{shift_id}', { ...shift(id), body: content })),
  remove: (id: number) => noBody(client.DELETE('/shifts/{shift_id}', shift(id))),
  addTemplate: (content: TemplateContent): Promise<Template> =>
    body(client.POST('/shift-templates', { body: content })),
  editTemplate: (id: number, content: TemplateContent, version: number): Promise<Template> =>
    body(client.PUT('/shift-templates/{template_id}', { ...template(id), body: { ...content, version } })),
  removeTemplate: (id: number) => noBody(client.DELETE('/shift-templates/{template_id}', template(id))),
  ask: (content: Schemas['AskSwap']): Promise<Swap> => body(client.POST('/shift-swaps', { body: content })),
  answer: (one: Swap, agrees: boolean, reason = ''): Promise<Swap> =>
    body(
      client.PUT('/shift-swaps/{swap_id}/answer', {
        ...swap(one.id),
        body: { agrees, reason, version: one.version },
      }),
    ),
  decide: (one: Swap, approves: boolean, reason = ''): Promise<Swap> =>
    body(
      client.PUT('/shift-swaps/{swap_id}/decision', {
        ...swap(one.id),
        body: { approves, reason, version: one.version },
      }),
    ),
  withdraw: (id: number) => noBody(client.DELETE('/shift-swaps/{swap_id}', swap(id))),
}
