/** A card shows its figure, says when there is nothing, and when it could not be loaded; its table is the chart's twin. */

import { afterEach, describe, expect, it, vi } from 'vitest'

import { ApiProblem } from '@/api/problem'
import { figuresApi, type Answer } from '@/features/figures/api'
import FigureCard from '@/features/figures/FigureCard.vue'
import { CARDS, FIRST_VIEW } from '@/features/figures/figuresModel'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

// There is no canvas here; tests/e2e looks at the chart in a browser.
vi.mock('@/ui/charts/SeriesChart.vue', () => ({ default: { render: () => null } }))

const leaf = (field: string, op: string, value: unknown = null) => ({ field, op, value })

function span(count: number) {
  return {
    during: [leaf('opened_at', 'after', 'a')],
    total: { at: [], value: count, count, part: null },
    axes: [
      {
        split: 'day',
        label: '日期',
        places: [
          { key: 'x', label: '2026-11-20', rows: [leaf('opened_at', 'after', 'x')] },
          { key: 'y', label: '2026-11-21', rows: [leaf('opened_at', 'after', 'y')] },
        ],
      },
    ],
    cells: [
      { at: [0], value: count, count, part: null },
      { at: [1], value: 0, count: 0, part: null },
    ],
  }
}

function answer(count: number, before: number): Answer {
  return {
    question: 'q',
    counted_at: '2026-11-21T02:00:00Z',
    zone: 'Asia/Shanghai',
    span: { since: 'a', until: 'b' },
    compared: null,
    sentence: null,
    metrics: [
      {
        key: 'arrivals',
        title: '受理量',
        unit: 'rows',
        good: 'down',
        additivity: 'sum',
        empty: 'zero',
        version: 1,
        subject: 'service_request',
        rows: [],
        part: null,
        now: span(count),
        before: span(before),
      },
    ],
  } as unknown as Answer
}

let page: Mounted | null = null
afterEach(() => {
  page?.end()
  page = null
  vi.restoreAllMocks()
})

async function shownCard(read: () => Promise<Answer>): Promise<Mounted> {
  signedIn('figures:read')
  vi.spyOn(figuresApi, 'ask').mockImplementation(read)
  page = await mounted(FigureCard, { card: CARDS[0], view: FIRST_VIEW, metrics: [], tick: 0 })
  await settled()
  return page
}

describe('a card', () => {
  it('shows its figure as a door, and what became of it in words', async () => {
    const card = await shownCard(() => Promise.resolve(answer(12, 10)))
    expect(card.get('figure').textContent).toBe('12')
    expect(card.get('figure').tagName).toBe('A')
    expect(card.get('change').textContent).toContain('比上一期升 20%')
    expect(card.get('change').textContent).toContain('变差')
  })

  it('has a table with the same numbers; none of them opens nothing', async () => {
    const card = await shownCard(() => Promise.resolve(answer(12, 10)))
    await card.click('as-table')
    const rows = [...card.root.querySelectorAll('tbody tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    )
    expect(rows).toEqual([
      ['合计', '12', '10'],
      ['2026-11-20', '12', '10'],
      ['2026-11-21', '0', '0'],
    ])
    expect(card.root.querySelectorAll('tbody a')).toHaveLength(4)
  })

  it('splits by units, whose names lead down the tree; what lies in none leads nowhere', async () => {
    signedIn('figures:read')
    const split = (by: string): Answer => {
      const given = answer(12, 10)
      for (const each of [given.metrics[0]?.now, given.metrics[0]?.before]) {
        const axis = each?.axes[0]
        if (!axis) continue
        axis.split = by
        axis.places = [
          { key: '4', label: '部室', rows: [leaf('unit', 'has_any', [4])] },
          { key: '', label: '（无）', rows: [leaf('unit', 'has_none', [1])] },
        ] as typeof axis.places
      }
      return given
    }
    const asked = vi
      .spyOn(figuresApi, 'ask')
      .mockImplementation((question) => Promise.resolve(split(question.split[0] ?? '')))
    const changed: unknown[] = []
    page = await mounted(FigureCard, {
      card: CARDS.find((card) => card.id === 'types'),
      view: {
        ...FIRST_VIEW,
        condition: { all: [leaf('unit', 'has_any', [1]), leaf('lane', 'is', 'public')] },
      },
      metrics: [],
      tick: 0,
      onChange: (next: unknown) => changed.push(next),
    })
    await settled()
    await page.click('split-unit')
    await new Promise((done) => setTimeout(done))
    await settled()
    expect(asked.mock.lastCall?.[0].split).toEqual(['unit'])
    await page.click('as-table')
    const names = page.root.querySelectorAll('[data-testid="enter-unit"]')
    expect([...names].map((name) => name.textContent.trim())).toEqual(['部室'])
    await page.click('enter-unit')
    expect(changed).toEqual([
      { condition: { all: [leaf('lane', 'is', 'public'), leaf('unit', 'has_any', [4])] } },
    ])
  })

  it('says that there is nothing, without a door', async () => {
    const card = await shownCard(() => Promise.resolve(answer(0, 0)))
    expect(card.get('figure').tagName).toBe('B')
    expect(card.root.textContent).toContain('这段时间没有数据')
  })

  it('says what failed, and asks again', async () => {
    let fails = true
    const card = await shownCard(() =>
      fails
        ? Promise.reject(new ApiProblem(503, { code: 'no_worker_free', request_id: 'r' }))
        : Promise.resolve(answer(3, 3)),
    )
    expect(card.root.querySelector('[role=alert]')?.textContent).toContain('受理量')
    fails = false
    card.root.querySelector<HTMLButtonElement>('.btn-primary')?.click()
    await settled()
    expect(card.get('figure').textContent).toBe('3')
  })
})
