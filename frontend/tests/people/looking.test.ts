/** Through somebody else's eyes: their drafts are neither shown nor written over, their unread stays, colleagues see nobody. */

import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'

import type { SessionView } from '@/api/contract'
import { useDraftFiles } from '@/stores/draftFiles'
import { useDrafts } from '@/stores/drafts'
import { useSession } from '@/stores/session'

const PERSON = {
  operator: { id: 3 },
  permissions: ['service_requests:claim', 'service_requests:read', 'session:use'],
  capacity: { open: 2, maximum: 8 },
}

function looking(is: boolean): void {
  const view = {
    ...PERSON,
    looking: is ? { by: { id: 1, name: '管理员' }, until: '2026-05-01T02:00:00Z' } : null,
  }
  useSession().view = view as unknown as SessionView
}

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})

describe('looking through somebody else’s eyes', () => {
  it('shows nothing of what they have begun to write here, and keeps it', () => {
    looking(false)
    useDrafts().write(7, 'public', '写了一半')
    const kept = JSON.stringify(localStorage)
    setActivePinia(createPinia())
    looking(true)
    expect(useDrafts().read(7, 'public')).toBe('')
    useDrafts().write(7, 'public', '别人写的')
    expect(useDraftFiles().read(7, 'public')).toEqual([])
    expect(useDraftFiles().take(7, 'public')).toEqual([])
    expect(JSON.stringify(localStorage)).toBe(kept)
    setActivePinia(createPinia())
    looking(false)
    expect(useDrafts().read(7, 'public')).toBe('写了一半')
  })

  it('shows what the person may see and no button of what they may do', () => {
    looking(false)
    const session = useSession()
    expect(session.may('service_requests:claim')).toBe(true)
    looking(true)
    expect(session.may('service_requests:claim')).toBe(false)
    expect(session.may('service_requests:read')).toBe(true)
    expect(session.may('session:use')).toBe(true)
    // What is shown because of a right stays, and so do the pages.
    expect(session.has('service_requests:claim')).toBe(true)
    expect(session.permissions.has('service_requests:claim')).toBe(true)
    expect(session.may('accounts:read')).toBe(false)
  })

  it('asks nobody what becomes of the work that the person holds', () => {
    looking(false)
    expect(useSession().holdsWork).toBe(true)
    looking(true)
    expect(useSession().holdsWork).toBe(false)
  })
})
