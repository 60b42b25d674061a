/** Parts of the kit: a form out of a schema, cards that keys carry, steps that wait for what is missing. */

import { h } from 'vue'
import { afterEach, describe, expect, it } from 'vitest'

import BoardView from '@/ui/kit/BoardView.vue'
import { fieldsOf, firstOf, typed, type Schema } from '@/ui/kit/formSchema'
import PickerField from '@/ui/kit/PickerField.vue'
import WizardSteps from '@/ui/kit/WizardSteps.vue'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
})

const press = async (element: Element | null | undefined, key: string): Promise<void> => {
  element?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  await settled()
}

describe('a command as a form', () => {
  const schema: Schema = {
    required: ['name', 'list'],
    properties: {
      name: { type: 'string', maxLength: 80 },
      list: { $ref: '#/components/schemas/SpecialList' },
      note: { type: 'string', maxLength: 2000 },
      most: { anyOf: [{ type: 'integer', maximum: 100 }, { type: 'null' }], default: null },
      tags: { type: 'array', items: { type: 'string' } },
      active: { type: 'boolean', default: true },
      tree: { anyOf: [{ $ref: '#/a' }, { $ref: '#/b' }] },
    },
  }
  const fields = fieldsOf(schema, () => ({ enum: ['blocked', 'vip'] }))
  const named = (name: string) => {
    const found = fields.find((field) => field.name === name)
    if (!found) throw new Error(`no field ${name}`)
    return found
  }

  it('asks for each value in a field of its kind, and leaves out what is no plain value', () => {
    expect(fields.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'name text',
      'list choice',
      'note long',
      'most number',
      'tags words',
      'active yes',
    ])
    expect([named('name').isRequired, named('most').isNullable, named('most').most]).toEqual([
      true,
      true,
      100,
    ])
    expect(firstOf(fields)).toMatchObject({ most: null, tags: [], active: true })
  })

  it('sends what was typed, and what is no number as it stands for the server to name', () => {
    expect(typed(named('most'), '12')).toBe(12)
    expect(typed(named('most'), '')).toBeNull()
    expect(typed(named('most'), 'many')).toBe('many')
    expect(typed(named('tags'), '断网，宽带 慢')).toEqual(['断网', '宽带', '慢'])
    expect(typed(named('list'), 'vip')).toBe('vip')
  })
})

describe('a board', () => {
  it('lets keys lift a card, carry it where it may go, and put it down or back', async () => {
    signedIn()
    const moved: unknown[] = []
    page = await mounted(BoardView, {
      label: '板',
      columns: [
        { key: 'a', title: '甲', cards: [{ id: 1 }] },
        { key: 'b', title: '乙', cards: [] },
        { key: 'c', title: '丙', cards: [] },
      ],
      nameOf: () => '卡',
      may: (_: unknown, column: string) => column !== 'b',
      onMove: (card: { id: number }, column: string) => moved.push([card.id, column]),
    })
    const card = (): Element | null => document.querySelector('[data-card="1"]')
    for (const key of [' ', 'ArrowRight', 'Escape']) await press(card(), key)
    expect(moved).toEqual([])
    for (const key of [' ', 'ArrowRight', ' ']) await press(card(), key)
    expect(moved).toEqual([[1, 'c']])
  })
})

describe('steps', () => {
  it('do not go on while something is missing', async () => {
    signedIn()
    const at: number[] = []
    const steps = [
      { key: 'one', title: '一', missing: '先填' },
      { key: 'two', title: '二', missing: '' },
    ]
    page = await mounted({
      render: () =>
        h(WizardSteps, {
          label: '分步',
          steps,
          done: '完成',
          modelValue: 0,
          'onUpdate:modelValue': (next: number) => at.push(next),
        }),
    })
    await page.click('wizard-on')
    expect(at).toEqual([])
    expect(page.text()).toContain('先填')
  })
})

describe('a picker', () => {
  it('offers what the server finds, and takes the one that is chosen by keys', async () => {
    signedIn()
    const chosen: unknown[] = []
    page = await mounted(PickerField, {
      id: 'who',
      label: '负责人',
      modelValue: null,
      find: () =>
        Promise.resolve([
          { id: 1, name: '江楠' },
          { id: 2, name: '苏念' },
        ]),
      'onUpdate:modelValue': (next: unknown) => chosen.push(next),
    })
    const field = document.querySelector<HTMLInputElement>('#who')
    field?.focus()
    field?.dispatchEvent(new Event('focus'))
    await settled(6)
    await press(field, 'ArrowDown')
    await press(field, 'Enter')
    expect(chosen).toEqual([{ id: 2, name: '苏念' }])
  })
})
