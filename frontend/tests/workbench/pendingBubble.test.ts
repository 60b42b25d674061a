/** What the server did not take: why, and the ways on. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ref } from 'vue'

import { ApiProblem } from '@/api/problem'
import { composerKey } from '@/features/workbench/composerKey'
import { OutboxQueue, type OutboxEntry } from '@/features/workbench/outboxQueue'
import PendingBubble from '@/features/workbench/PendingBubble.vue'
import type { Composer } from '@/features/workbench/useComposer'
import { useOutbox } from '@/stores/outbox'
import { mounted, settled, signedIn, type Mounted } from '../mounted'

let page: Mounted | null = null
const returned = vi.fn()
const composer = { giveBack: returned, lane: ref('private') } as unknown as Composer

beforeEach(() => {
  signedIn('replies:send')
  returned.mockReset()
})
afterEach(() => {
  page?.end()
  page = null
})

/** The entry as it stands after the server has refused it with this. */
async function refusedWith(body: Record<string, unknown>): Promise<OutboxEntry> {
  let kept: OutboxEntry[] = []
  const queue = new OutboxQueue({
    post: () => Promise.reject(new ApiProblem(422, body)),
    load: () => [],
    save: (entries) => (kept = entries),
    changed: () => undefined,
    accepted: () => undefined,
    wait: () => Promise.resolve(),
  })
  queue.add({
    key: 'key',
    conversationId: 101,
    requestId: 1,
    lane: 'private',
    text: '请联系 @bob@far.example',
    inReplyTo: null,
    contactName: '客户',
    createdAt: '2026-05-01T02:00:00Z',
  })
  await settled()
  const [entry] = kept
  if (!entry) throw new Error('the entry is gone')
  return entry
}

async function show(entry: OutboxEntry): Promise<Mounted> {
  vi.spyOn(useOutbox(), 'remove').mockReturnValue(true)
  page = await mounted(PendingBubble, { entry, place: 1 }, [[composerKey, composer]])
  return page
}

describe('a reply that names a third person in private', () => {
  it('says who could read it, and writes on without the names in one click', async () => {
    const entry = await refusedWith({
      code: 'private_reply_names_others',
      detail: '点到了 @bob@far.example。',
      plain_text: '请联系 bob far.example',
    })
    const { get, click } = await show(entry)
    expect(get('pending').textContent).toContain('点到了 @bob@far.example。')
    await click('without-names')
    expect(returned.mock.calls).toEqual([['private', '请联系 bob far.example', []]])
  })

  it('gives the words back as they were, too', async () => {
    const { click } = await show(
      await refusedWith({ code: 'private_reply_names_others', detail: '点到了', plain_text: '请联系 bob' }),
    )
    await click('take-back')
    expect(returned.mock.calls).toEqual([['private', '请联系 @bob@far.example', []]])
  })

  it('offers no such way where nobody was named', async () => {
    const { find } = await show(await refusedWith({ code: 'text_too_long', detail: '太长了' }))
    expect(find('without-names')).toBeNull()
    expect(find('take-back')).not.toBeNull()
  })
})

describe('a question', () => {
  it('is none of the failures: no number to quote, and not in their colour', async () => {
    const entry = await refusedWith({
      code: 'claimed_by_other',
      detail: '',
      request_id: 'r-42',
      assignee_name: '陆遥',
      since: '2026-05-01T01:00:00Z',
    })
    const { get } = await show(entry)
    expect(get('pending').textContent).toContain('陆遥')
    expect(get('pending').textContent).not.toContain('r-42')
    expect(get('pending').querySelector('.stt')?.className).toContain('ask')
    page?.end()
    const failed = await show(await refusedWith({ code: 'broken', detail: '太长了', request_id: 'r-43' }))
    expect(failed.get('pending').textContent).toContain('r-43')
    expect(failed.get('pending').querySelector('.stt')?.className).toContain('bad')
  })
})
