/** The rows of a form and a number with its unit: what is wrong stands below its field, in place of what helps. */

import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'

import AmountField from '@/ui/kit/AmountField.vue'
import FormRow from '@/ui/kit/FormRow.vue'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
})

async function row(props: Record<string, unknown>): Promise<HTMLElement> {
  signedIn('accounts:read')
  page = await mounted(
    defineComponent(
      () => () => h(FormRow, { label: '名称', for: 'it', ...props }, () => h('input', { id: 'it' })),
    ),
  )
  return page.root
}

describe('a row of a form', () => {
  it('names its field, and helps until something is wrong', async () => {
    const root = await row({ hint: '写个名字' })
    expect(root.querySelector('label')?.htmlFor).toBe('it')
    expect(root.textContent).toContain('写个名字')
    expect(root.querySelector('[role="alert"]')).toBeNull()
    page?.end()
    const refused = await row({ hint: '写个名字', problem: '已有同名' })
    expect(refused.querySelector('[role="alert"]')?.textContent).toBe('已有同名')
    expect(refused.textContent).not.toContain('写个名字')
  })

  it('gives several fields one name', async () => {
    const root = await row({ group: true, for: 'word' })
    const group = root.querySelector('[role="group"]')
    expect(group?.getAttribute('aria-labelledby')).toBe('word')
    expect(root.querySelector('#word')?.textContent).toBe('名称')
    expect(root.querySelector('label')).toBeNull()
  })
})

describe('a number with its unit', () => {
  it('tells both when either changes', async () => {
    signedIn('accounts:read')
    const told: [number, string][] = []
    page = await mounted(AmountField, {
      amount: 3,
      unit: 'hours',
      units: [
        { value: 'hours', label: '小时' },
        { value: 'days', label: '天' },
      ],
      amountLabel: '多少',
      unitLabel: '单位',
      testid: 'amount',
      onChange: (amount: number, unit: string) => told.push([amount, unit]),
    })
    const input = page.get('amount') as HTMLInputElement
    input.value = '5'
    input.dispatchEvent(new Event('input'))
    const select = page.root.querySelector('select')
    if (select) select.value = 'days'
    select?.dispatchEvent(new Event('change'))
    await settled()
    expect(told).toEqual([
      [5, 'hours'],
      [3, 'days'],
    ])
  })
})
