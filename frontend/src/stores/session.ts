/** Who is signed in, what they may do, their presence and load. */

import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { setCsrfToken } from '@/api/http'
import { session as api } from '@/api/endpoints'
import type { AnonymousSession, Locale, Presence, SessionView } from '@/api/contract'
import { syncClock } from '@/ui/now'

export const useSession = defineStore('session', () => {
  const view = ref<SessionView | null>(null)
  const known = ref(false)

  const operator = computed(() => view.value?.operator ?? null)
  const permissions = computed(() => new Set(view.value?.permissions ?? []))

  function take(answer: SessionView | AnonymousSession): void {
    setCsrfToken(answer.csrf_token)
    known.value = true
    view.value = answer.authenticated ? answer : null
    if (answer.authenticated) syncClock(answer.server_time)
  }

  async function load(): Promise<void> {
    take(await api.get())
  }

  async function signIn(loginName: string, password: string): Promise<SessionView> {
    // The token changes with the session, so a page that was open for long starts from a fresh one.
    if (!known.value) await load()
    const answer = await api.open(loginName, password)
    take(answer)
    return answer
  }

  async function signOut(): Promise<void> {
    await api.close()
  }

  async function setPresence(presence: Presence): Promise<void> {
    take(await api.setPresence(presence))
  }

  async function setLocale(locale: Locale): Promise<void> {
    take(await api.setLocale(locale))
  }

  /** Another tab or a supervisor changed it. */
  function presenceChanged(operatorId: number, presence: Presence, at: string): void {
    if (!view.value || view.value.operator.id !== operatorId || view.value.presence === presence) return
    view.value = { ...view.value, presence, presence_since: at }
  }

  function setOpenRequests(open: number): void {
    if (view.value) view.value = { ...view.value, capacity: { ...view.value.capacity, open } }
  }

  return {
    view,
    known,
    operator,
    permissions,
    load,
    signIn,
    signOut,
    setPresence,
    setLocale,
    presenceChanged,
    setOpenRequests,
    may: (permission: string) => permissions.value.has(permission),
  }
})
