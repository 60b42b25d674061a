/** One's own e-mail: an address, its code, what came of the last ones; nothing to press where it can do nothing. */

import { afterEach, describe, expect, it, vi } from 'vitest'

import MailBox from '@/features/notifications/MailBox.vue'
import { mailApi, type Mail, type Settings } from '@/features/notifications/api'
import { changed } from '@/features/notifications/settingsModel'
import { useEntities } from '@/stores/entities'
import { mounted, settled, signedIn, type Mounted } from '../mounted'
import { event } from '../support'

type Box = Awaited<ReturnType<typeof mailApi.get>>

let shown: Mounted | null = null
afterEach(() => {
  shown?.end()
  shown = null
  vi.restoreAllMocks()
})

const SETTINGS: Settings = {
  kinds: [],
  quiet_from: null,
  quiet_until: null,
  only_working: false,
  is_quiet: false,
  mail_pace: 'daily',
  mail_hour: 7,
  version: 3,
}

function mail(fields: Partial<Mail> = {}): Mail {
  return {
    id: 1,
    purpose: 'trial',
    state: 'sent',
    reason: null,
    answer: '250 OK',
    may_be_doubled: false,
    created_at: '2026-11-22T02:00:00Z',
    due_at: '2026-11-22T02:00:00Z',
    ended_at: '2026-11-22T02:00:01Z',
    ...fields,
  }
}

function box(fields: Partial<Box> = {}): Box {
  return {
    is_set_up: true,
    address: 'a@example.org',
    standing: 'confirmed',
    code_until: null,
    mails: [],
    ...fields,
  }
}

async function page(answer: Box): Promise<Mounted> {
  signedIn()
  vi.spyOn(mailApi, 'get').mockResolvedValue(answer)
  shown = await mounted(MailBox, { settings: SETTINGS, busy: false })
  await settled()
  return shown
}

describe('the mailbox', () => {
  it('offers nothing where there is no mail server', async () => {
    const view = await page(box({ is_set_up: false, address: null, standing: 'none' }))
    expect(view.get('mail-not-set-up').textContent).toContain('SMTP_HOST')
    expect(view.find('mail-address')).toBeNull()
    expect(view.find('mail-trial')).toBeNull()
  })

  it('asks for the code that was sent, and for nothing else yet', async () => {
    const view = await page(box({ standing: 'unconfirmed' }))
    expect(view.find('mail-trial')).toBeNull()
    expect(view.get('mail-confirm').hasAttribute('disabled')).toBe(true)
    const confirm = vi.spyOn(mailApi, 'confirm').mockResolvedValue(box())
    const code = view.get('mail-code') as HTMLInputElement
    code.value = '271828'
    code.dispatchEvent(new Event('input'))
    await settled()
    await view.click('mail-confirm')
    await settled()
    expect(confirm).toHaveBeenCalledWith('271828')
    expect(view.get('mailbox').dataset['standing']).toBe('confirmed')
  })

  it('shows what the mail server said of a trial once the event has come', async () => {
    const view = await page(box())
    const trial = vi
      .spyOn(mailApi, 'trial')
      .mockResolvedValue(box({ mails: [mail({ state: 'queued', answer: null })] }))
    await view.click('mail-trial')
    await settled()
    expect(trial).toHaveBeenCalledOnce()
    expect(view.get('mail').dataset['state']).toBe('queued')
    vi.spyOn(mailApi, 'get').mockResolvedValue(
      box({
        standing: 'stopped',
        mails: [mail({ state: 'failed', reason: 'dead_address', answer: '550 5.1.1 no such user' })],
      }),
    )
    useEntities().apply([event(5, 'mailbox.changed', { mail: null, standing: 'stopped' })])
    await settled()
    expect(view.get('mail-answer').textContent).toContain('550 5.1.1 no such user')
    expect(view.get('mail-stopped').textContent).toContain('拒收')
    expect(view.get('mail').textContent).toContain('邮箱不存在')
  })

  it('says of one that it may come twice', async () => {
    const view = await page(box({ mails: [mail({ may_be_doubled: true })] }))
    expect(view.get('mail').textContent).toContain('可能收到两封')
  })

  it('keeps how often and when with every other change of the settings', () => {
    expect(changed(SETTINGS, { only_working: true })).toMatchObject({
      mail_pace: 'daily',
      mail_hour: 7,
      only_working: true,
    })
  })
})

describe('a kind that is ticked', () => {
  it('says that it goes nowhere while there is no confirmed address', async () => {
    const ticked = { key: 'mentioned', name: '提到我', channels: ['email' as const], default: [] }
    signedIn()
    vi.spyOn(mailApi, 'get').mockResolvedValue(box({ address: null, standing: 'none' }))
    shown = await mounted(MailBox, { settings: { ...SETTINGS, kinds: [ticked] }, busy: false })
    await settled()
    expect(shown.get('mail-nowhere').textContent).toContain('不会发送')
    vi.spyOn(mailApi, 'get').mockResolvedValue(box())
    useEntities().apply([event(5, 'mailbox.changed', { mail: null, standing: 'confirmed' })])
    await settled()
    expect(shown.find('mail-nowhere')).toBeNull()
  })
})

describe('another address', () => {
  it('can be begun and left again, and the one that stands stays', async () => {
    const view = await page(box())
    await view.click('mail-edit')
    const field = view.get('mail-address') as HTMLInputElement
    expect(field.value).toBe('a@example.org')
    field.value = 'b@example.org'
    field.dispatchEvent(new Event('input'))
    await view.click('mail-keep')
    expect(view.get('mail-shown').textContent).toBe('a@example.org')
    expect(view.find('mail-address')).toBeNull()
  })
})
