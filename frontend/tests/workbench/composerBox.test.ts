/** The reply box: lanes, what closes one, what stops a reply, what a reply carries. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, provide } from 'vue'

import type { ConversationView, LaneState, Right } from '@/api/contract'
import ComposerBox from '@/features/workbench/ComposerBox.vue'
import { composerKey } from '@/features/workbench/composerKey'
import { useComposer } from '@/features/workbench/useComposer'
import { useLive } from '@/stores/live'
import { useOutbox } from '@/stores/outbox'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { message, request } from '../support'

let page: Mounted | null = null

beforeEach(() => localStorage.clear())
afterEach(() => {
  page?.end()
  page = null
})

function lane(over: Partial<LaneState> = {}): LaneState {
  return {
    allowed: true,
    reason: null,
    alternatives: [],
    limit: { maximum: 20, unit: 'characters' },
    files: { kinds: [], with_text: true, reason: '这里不能带图片' },
    window: null,
    quota: null,
    audience: '所有人都能看到',
    content_warning: null,
    visibility: null,
    visibilities: [],
    ...over,
  }
}

type Lanes = { public: LaneState | null; private: LaneState | null }

async function show(lanes: Partial<Lanes> = {}, ...rights: Right[]): Promise<void> {
  signedIn(...(rights.length > 0 ? rights : (['replies:send', 'notes:write'] as const)))
  const conversation = {
    id: 101,
    contact: { id: 7, name: '客户', avatar_url: null },
    account: { id: 1, name: '客服', platform: 'weibo' },
    lanes: { public: lane(), private: lane({ audience: '只有对方能看到' }), ...lanes },
  } as unknown as ConversationView
  vi.spyOn(useOutbox(), 'add').mockImplementation(() => undefined)
  const Host = defineComponent(() => {
    const composer = useComposer({
      conversation: () => conversation,
      request: () => request({ id: 1 }),
      messages: () => [message({ id: 4 })],
    })
    provide(composerKey, composer)
    return () => h(ComposerBox)
  })
  page = await mounted(Host)
}

const at = (testid: string): HTMLElement => (page as Mounted).get(testid)
const sendable = (): boolean => !(at('send') as HTMLButtonElement).disabled
const posted = () => vi.mocked(useOutbox().add).mock.calls.map(([entry]) => entry)

async function write(text: string): Promise<void> {
  const box = at('composer-text') as HTMLTextAreaElement
  box.value = text
  box.dispatchEvent(new Event('input'))
  await settled()
}

describe('the box', () => {
  it('says who will read it, and sends what was written into that lane', async () => {
    await show()
    expect(page?.text()).toContain('所有人都能看到')
    expect(sendable()).toBe(false)
    await write('您好')
    await page?.click('send')
    expect(posted()).toMatchObject([{ lane: 'public', text: '您好', inReplyTo: 4, requestId: 1 }])
    expect((at('composer-text') as HTMLTextAreaElement).value).toBe('')
  })

  it('says what a grey button waits for', async () => {
    await show()
    const why = (): string => at('send').title
    expect(why()).toBe('先写上回复内容')
    for (const testid of ['send-resolve', 'schedule'])
      if (page?.find(testid)) expect(at(testid).title).toBe('先写上回复内容')
    await write('请加 13812345678')
    expect(why()).toContain('个人信息')
    await write('好'.repeat(21))
    expect(why()).toContain('字数')
    await write('您好')
    expect(why()).toBe('Ctrl Enter')
  })

  it('says on every width that the line is down', async () => {
    await show()
    expect(page?.find('composer-offline')).toBeNull()
    useLive().state = 'offline'
    await settled()
    expect(at('composer-offline').textContent).toContain('离线')
  })

  it('keeps a draft for each lane, and asks before private words become public', async () => {
    await show()
    await write('公开的话')
    await page?.click('lane-private')
    expect((at('composer-text') as HTMLTextAreaElement).value).toBe('')
    expect(page?.text()).toContain('只有对方能看到')
    await write('私下的话')
    await page?.click('lane-public')
    expect(at('lane-private').getAttribute('aria-selected')).toBe('true')
    expect(sendable()).toBe(false)
    await page?.click('confirm-public')
    expect(at('lane-public').getAttribute('aria-selected')).toBe('true')
    expect((at('composer-text') as HTMLTextAreaElement).value).toBe('公开的话')
  })

  it('puts the reason and the ways on in place of a closed lane', async () => {
    const closed = lane({
      allowed: false,
      reason: '回复窗口已关闭',
      alternatives: [{ kind: 'wait', label: '等客户再写' }],
    })
    await show({ public: closed, private: closed })
    expect(at('lane-closed').textContent).toContain('回复窗口已关闭')
    expect(at('lane-closed').textContent).toContain('等客户再写')
    expect(page?.find('composer-text')).toBeNull()
    expect(page?.find('send')).toBeNull()
  })

  it('begins in the lane that is open', async () => {
    await show({ public: lane({ allowed: false, reason: '未开放' }) })
    expect(at('lane-private').getAttribute('aria-selected')).toBe('true')
    expect(page?.find('composer-text')).not.toBeNull()
  })

  it('stops personal data in public until it is masked or answered for (cases B9, G13)', async () => {
    await show()
    await write('请拨打 13812345678')
    expect(page?.find('personal-data')).not.toBeNull()
    expect(sendable()).toBe(false)
    await page?.click('answer-for-personal-data')
    const why = at('personal-data-reason') as HTMLInputElement
    why.value = '客户要求公开'
    why.dispatchEvent(new Event('input'))
    await settled()
    await page?.click('send')
    expect(posted()).toMatchObject([{ personalData: { confirmed: true, reason: '客户要求公开' } }])
    await write('请拨打 13812345678')
    await page?.click('mask-personal-data')
    expect((at('composer-text') as HTMLTextAreaElement).value).toBe('请拨打 138****5678')
    expect(sendable()).toBe(true)
  })

  it('lets private words hold it, and moves it there with one click', async () => {
    await show()
    await write('请拨打 13812345678')
    await page?.click('move-private')
    expect(at('lane-private').getAttribute('aria-selected')).toBe('true')
    expect(page?.find('personal-data')).toBeNull()
    expect(sendable()).toBe(true)
  })

  it('counts, and does not send what is too long', async () => {
    await show()
    await write('长'.repeat(21))
    expect(sendable()).toBe(false)
    expect(at('composer-text').getAttribute('aria-invalid')).toBe('true')
    expect(page?.root.querySelector('.cnt.over')).not.toBeNull()
  })

  it('offers notes alone to those who may not reply, and nothing to those who only watch', async () => {
    await show({}, 'notes:write')
    expect(page?.find('lane-public')).toBeNull()
    expect(page?.find('lane-note')).not.toBeNull()
    page?.end()
    await show({}, 'service_requests:read')
    expect(page?.find('composer-text')).toBeNull()
    expect(page?.text()).toContain('不能回复')
  })
})
