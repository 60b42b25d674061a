import { describe, expect, it } from 'vitest'

import type { SearchHit } from '@/features/search/api'
import { excerpt, groupsOf, splitByWords, step, targetOf, wordsOf } from '@/features/search/searchModel'

function hit(over: Partial<SearchHit>): SearchHit {
  return {
    kind: 'item',
    id: 1,
    account_id: 2,
    account_name: '客服',
    platform: 'weibo',
    title: '江边散步的猫',
    contact_id: 7,
    contact_name: '江边散步的猫',
    text: '宽带断了三天',
    at: '2026-05-01T02:00:00Z',
    conversation_id: null,
    service_request_id: null,
    ...over,
  }
}

describe('what was found', () => {
  it('is told under the name of the customer whose it is, whoever wrote it', () => {
    const found = { requests: [], contacts: [], items: [] }
    const [group] = groupsOf(
      { ...found, messages: [hit({ kind: 'message', title: '何晓棠' }), hit({})] },
      '宽带',
    )
    const told = group?.rows.map((row) => [row.title.map((piece) => piece.text).join(''), row.by])
    expect(told).toEqual([
      ['江边散步的猫', '何晓棠'],
      ['江边散步的猫', ''],
    ])
  })

  it('marks every occurrence of every word, whatever its case', () => {
    expect(splitByWords('WiFi 断了，wifi 又断', wordsOf('wifi 断'))).toEqual([
      { text: 'WiFi', mark: 'hit' },
      { text: ' ', mark: '' },
      { text: '断', mark: 'hit' },
      { text: '了，', mark: '' },
      { text: 'wifi', mark: 'hit' },
      { text: ' 又', mark: '' },
      { text: '断', mark: 'hit' },
    ])
  })

  it('keeps the text whole when its folding changes length', () => {
    const text = 'İstanbul 宽带'
    expect(
      splitByWords(text, ['宽带'])
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text)
  })

  it('shows the stretch around the first match of a long text', () => {
    const shown = excerpt(`${'前'.repeat(60)}宽带${'后'.repeat(90)}`, ['宽带'])
    expect(shown.startsWith('…前')).toBe(true)
    expect(shown.endsWith('后…')).toBe(true)
    expect(shown).toContain('宽带')
  })

  it('numbers rows over all groups, leaves empty groups out and says what only sounds alike', () => {
    const groups = groupsOf(
      {
        requests: [],
        contacts: [hit({ kind: 'contact' })],
        messages: [],
        items: [hit({}), hit({ id: 2, text: '快点' })],
      },
      '宽带',
    )
    expect(groups.map((group) => group.name)).toEqual(['contacts', 'items'])
    expect(groups.flatMap((group) => group.rows.map((row) => row.index))).toEqual([0, 1, 2])
    expect(groups[1]?.rows.map((row) => row.bySound)).toEqual([false, true])
  })

  it('opens the request where there is one, else the place where the post was heard', () => {
    expect(targetOf(hit({ service_request_id: 9 }))).toEqual({ request: 9 })
    expect(targetOf(hit({}))).toEqual({ listener: { q: '宽带断了三天', account: '2' } })
    expect(targetOf(hit({ kind: 'message' }))).toBeNull()
  })
})

describe('the arrow keys', () => {
  it('go round by way of the field', () => {
    expect([
      step(-1, 1, 2),
      step(0, 1, 2),
      step(1, 1, 2),
      step(0, -1, 2),
      step(-1, -1, 2),
      step(-1, 1, 0),
    ]).toEqual([0, 1, -1, -1, 1, -1])
  })
})
