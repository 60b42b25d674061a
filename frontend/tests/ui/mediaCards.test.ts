/** What customers send that cannot be shown: in words what it is, why it is not here, and what can be done. */

import { afterEach, describe, expect, it } from 'vitest'

import { useLocale } from '@/app/i18n'
import MediaList from '@/ui/media/MediaList.vue'
import { ownWords, type Medium } from '@/ui/media/mediaModel'
import { mounted, signedIn, type Mounted } from '../mounted'
import { medium } from '../support'

let page: Mounted | null = null
afterEach(async () => {
  page?.end()
  page = null
  await useLocale('zh-CN')
})

async function show(over: Partial<Medium>): Promise<string> {
  signedIn('conversations:read')
  page = await mounted(MediaList, { media: [medium(over)] })
  return page.root.textContent
}

describe('something of a type that we cannot show', () => {
  const device = { kind: 'unknown', title: 'device_text', description: 'aGVsbG8=' }

  it('is told in words, with what came folded below', async () => {
    expect(await show(device)).toContain('客户发来设备消息，这里显示不了')
    const fold = page?.root.querySelector('details')
    expect(fold?.open).toBe(false)
    expect(fold?.textContent).toContain('aGVsbG8=')
    expect(ownWords('[设备消息] aGVsbG8=', [medium(device)])).toBe('')
    expect(ownWords('[设备消息] 明天', [medium(device)])).toBe('[设备消息] 明天')
  })

  it('is told so in English, also of a type nobody has heard of', async () => {
    await useLocale('en')
    const words = await show({ kind: 'unknown', title: 'weirdtype' })
    expect(words).toContain('The customer sent a message of another type')
    expect(page?.root.querySelector('details')?.textContent).toContain('weirdtype')
  })

  it('is a place without a place, a link without an address', async () => {
    expect(await show({ kind: 'location' })).toContain('没有附地址和坐标')
    page?.end()
    expect(await show({ kind: 'link' })).toContain('没有附地址')
  })
})

describe('a picture that does not come', () => {
  it('says why while it is tried again, and can be asked for', async () => {
    const words = await show({ id: 7, state: 'waiting', reason: 'unreachable', can_ask: true })
    expect(words).toContain('还没取回来：地址没有回应')
    expect(words).not.toContain('正在取回')
    expect(words).toContain('再试一次')
  })

  it('says that it cannot be had; a button stands only where it helps', async () => {
    expect(await show({ id: 7, state: 'failed', reason: 'http_error', can_ask: true })).toContain('再试一次')
    page?.end()
    const words = await show({ id: 7, state: 'failed', reason: 'wrong_content_type', can_ask: false })
    expect(words).toContain('取不回来：内容不是这种文件')
    expect(words).not.toContain('再试一次')
  })

  it('is on its way before the first try has failed', async () => {
    expect(await show({ id: 7, state: 'waiting' })).toContain('正在取回')
  })
})
