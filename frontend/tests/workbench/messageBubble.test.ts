/** A message as it stands: every kind of medium, every state of a reply, edits and deletions. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, ref } from 'vue'

import type { MessageState, MessageView } from '@/api/contract'
import { composerKey } from '@/features/workbench/composerKey'
import OriginalPost from '@/features/workbench/OriginalPost.vue'
import MessageBubble from '@/features/workbench/MessageBubble.vue'
import type { Composer } from '@/features/workbench/useComposer'
import type { Medium } from '@/ui/media/mediaModel'
import { mounted, signedIn, type Mounted } from '../mounted'
import { medium as aMedium, message } from '../support'

let page: Mounted | null = null
const choose = vi.fn()
const answering = ref<MessageView | null>(null)
const composer = {
  lanes: computed(() => ['public', 'note']),
  answering,
  choose,
} as unknown as Composer

beforeEach(() => {
  signedIn('replies:send')
  answering.value = null
})
afterEach(() => {
  page?.end()
  page = null
})

async function show(over: Partial<MessageView>): Promise<Mounted> {
  page = await mounted(MessageBubble, { message: message({ id: 9, ...over }) }, [[composerKey, composer]])
  return page
}

function medium(over: Partial<Medium>): Medium {
  return aMedium({
    id: 5,
    state: 'ready',
    url: '/api/v1/media/5',
    can_show: true,
    can_ask: over.state === 'idle' || over.state === 'failed',
    size: 2048,
    ...over,
  })
}

const MEDIA: [name: string, medium: Medium, testid: string, words: string][] = [
  ['a picture', medium({}), 'picture', ''],
  ['a voice', medium({ kind: 'voice', duration_seconds: 61 }), 'sound', '1:01'],
  ['a film', medium({ kind: 'video' }), 'film', '视频'],
  ['a file', medium({ kind: 'file', can_show: false, name: '账单.pdf' }), 'file', '账单.pdf'],
  ['a film no browser plays', medium({ kind: 'video', can_show: false }), 'file', '下载'],
  [
    'a place',
    medium({ kind: 'location', title: '南屏路8号', latitude: 25.04, longitude: 102.7 }),
    'place',
    '25.040000, 102.700000',
  ],
  ['a link', medium({ kind: 'link', title: '通知', link: 'https://a.example/x' }), 'link-card', 'a.example'],
  ['a poll', medium({ kind: 'poll', description: '好\n不好' }), 'poll', '不好'],
]
const ABSENT: [state: Medium['state'], words: string][] = [
  ['expired', '平台已不再保留'],
  ['failed', '再试一次'],
  ['idle', '取回来看'],
  ['too_large', ''],
]
const STATES: [state: MessageState, words: string, testids: string[]][] = [
  ['queued', '排队', []],
  ['sending', '发送中', []],
  ['sent', '已发送', []],
  ['failed', '未发出', ['retry']],
  ['unknown', '结果未知', ['outcome-sent', 'outcome-not-sent']],
  ['cancelled', '已撤回', []],
]
const OFFERS = ['undo', 'release', 'retry', 'outcome-sent', 'outcome-not-sent']

describe('what hangs on a message', () => {
  it.each(MEDIA)('is shown: %s', async (_name, found, testid, words) => {
    const { get, find } = await show({ media: [found] })
    expect(get(testid).closest('[data-testid=media]')?.textContent).toContain(words)
    expect(find('media-missing')).toBeNull()
  })

  it('needs no frame and no mood where nothing was said', async () => {
    const place = medium({ kind: 'location', title: '南屏路8号' })
    const sentiment = { value: 0, score: 0.5, unsure: true } as const
    const alone = await show({ text: '南屏路8号', media: [place], sentiment })
    expect(alone.root.querySelector('.bubble.bare')).not.toBeNull()
    expect(alone.root.textContent).not.toContain('不确定')
    page?.end()
    const said = await show({ text: '我在这里', media: [place], sentiment })
    expect(said.root.querySelector('.bubble.bare')).toBeNull()
    expect(said.root.textContent).toContain('不确定')
  })

  it.each(ABSENT)('says why it is not here: %s', async (state, words) => {
    const { get, find } = await show({ media: [medium({ state, url: null })] })
    expect(get('media-missing').dataset['state']).toBe(state)
    expect(get('media-missing').textContent).toContain(words)
    expect(find('picture')).toBeNull()
  })

  it('is loaded from our own copies only', async () => {
    const { root } = await show({
      media: [medium({ kind: 'link', title: '通知', link: 'javascript:alert(1)' }), medium({})],
    })
    expect([...root.querySelectorAll('img')].map((image) => image.getAttribute('src'))).toEqual([
      '/api/v1/media/5',
    ])
    expect(root.querySelector('[data-testid=link-card]')?.tagName).toBe('SPAN')
  })
})

describe('a reply', () => {
  it.each(STATES)('tells its state %s and offers what fits', async (state, words, testids) => {
    const { get, find } = await show({ direction: 'outbound', operator: { id: 3, name: '何晓棠' }, state })
    expect(get('message').dataset['state']).toBe(state)
    expect(get('message').textContent).toContain(words)
    expect(OFFERS.filter((testid) => find(testid))).toEqual(testids)
  })

  it('can be undone while its moment lasts, and no longer', async () => {
    const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString()
    const own = { direction: 'outbound', state: 'queued' } as const
    expect((await show({ ...own, undo_until: at(8) })).find('undo')).not.toBeNull()
    page?.end()
    expect((await show({ ...own, undo_until: at(-1) })).find('undo')).toBeNull()
  })

  it('is asked about before it is sent again where a colleague or another answer is concerned', async () => {
    const refusals = [
      { code: 'claimed_by_other', assignee_name: '孙念', since: '2026-05-01T01:00:00Z' },
      { code: 'second_reply', author_name: '陆遥', at: '2026-05-01T02:00:00Z' },
    ]
    const asked: string[][] = []
    vi.stubGlobal('fetch', (request: Request) => {
      asked.push(new URL(request.url).searchParams.getAll('confirm'))
      const refused = refusals[asked.length - 1]
      if (!refused) return Promise.resolve(Response.json(message({ id: 9, state: 'queued' })))
      return Promise.resolve(
        Response.json(
          { title: '', ...refused },
          { status: 409, headers: { 'content-type': 'application/problem+json' } },
        ),
      )
    })
    const { get, find, click } = await show({
      direction: 'outbound',
      state: 'failed',
      error: { code: 'rejected', detail: '' },
    })
    await click('retry')
    expect(get('message').textContent).toContain('孙念')
    await click('fate-anyway')
    expect(get('message').textContent).toContain('陆遥')
    await click('fate-anyway')
    expect(find('fate-anyway')).toBeNull()
    expect(asked).toEqual([[], ['claimed_by_other'], ['claimed_by_other', 'second_reply']])
    vi.unstubAllGlobals()
  })

  it('says why it was not sent, in our words', async () => {
    const error = { code: 'rejected', detail: 'Rejected by the platform' }
    const { get } = await show({ direction: 'outbound', state: 'failed', error })
    expect(get('message').textContent).toMatch(/未发出：.+/)
  })

  it('is on its side in the colour of its lane, a note on none', async () => {
    const shapes: string[] = []
    for (const over of [
      { direction: 'inbound', lane: 'public' },
      { direction: 'outbound', lane: 'private' },
      { direction: 'note', lane: 'internal' },
    ] as const) {
      shapes.push((await show(over)).get('message').className.replace('msg ', '').trim())
      page?.end()
    }
    expect(shapes).toEqual(['in pub', 'out prv', 'memo'])
  })
})

describe('what its author changed', () => {
  it('is marked, and the earlier words can be read', async () => {
    const revision = { number: 1, text: '原来的话', replaced_at: '2026-05-01T03:00:00Z' }
    const { get, find, click } = await show({
      edited_at: '2026-05-01T03:00:00Z',
      revisions: [revision],
    })
    expect(find('message-revisions')).toBeNull()
    await click('message-edited')
    expect(get('message-revisions').textContent).toContain('原来的话')
  })

  it('is marked when it was deleted', async () => {
    const mark = (await show({ deleted_at: '2026-05-01T03:00:00Z' })).find('message-deleted')
    expect(mark?.textContent).toContain('已删除')
    // What shows itself only under the pointer nobody sees in time.
    expect(mark?.closest('.meta-a')).toBeNull()
  })

  it('is marked on the post above the thread, too', async () => {
    vi.stubGlobal('matchMedia', () => Object.assign(new EventTarget(), { matches: false }))
    page = await mounted(OriginalPost, {
      message: message({
        id: 9,
        kind: 'post',
        edited_at: '2026-05-01T03:00:00Z',
        deleted_at: '2026-05-01T04:00:00Z',
        revisions: [{ number: 1, text: '原来的话', replaced_at: '2026-05-01T03:00:00Z' }],
      }),
      alone: true,
    })
    expect(page.find('message-deleted')).not.toBeNull()
    await page.click('message-edited')
    expect(page.get('message-revisions').textContent).toContain('原来的话')
    vi.unstubAllGlobals()
  })

  it('is never markup', async () => {
    const { root } = await show({ text: '<img src=x onerror=alert(1)>' })
    expect(root.querySelector('.bubble img')).toBeNull()
    expect(root.textContent).toContain('<img src=x')
  })
})
