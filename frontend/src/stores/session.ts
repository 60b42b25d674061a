/** Who is signed in, what they may do, their presence and load. */

import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { earlySession } from '@/api/early'
import { setCsrfToken } from '@/api/http'
import { session as api } from '@/api/endpoints'
import type { Locale, Presence, PresenceChanged, Right, SessionAnswer, SessionView } from '@/api/contract'
import { syncClock } from '@/ui/now'

/** Rights that change nothing. */
const SEEING = /:read$|^session:use$/

export const useSession = defineStore('session', () => {
  const view = ref<SessionView | null>(null)
  const known = ref(false)

  const operator = computed(() => view.value?.operator ?? null)
  const permissions = computed(() => new Set(view.value?.permissions ?? []))

  /** Who looks through this person's eyes, and until when; null: they themselves are here. */
  const looking = computed(() => view.value?.looking ?? null)

  /** What they may do here and now: through somebody else's eyes one sees what they see, and does nothing. */
  const usable = computed(
    () => new Set([...permissions.value].filter((right) => looking.value === null || SEEING.test(right))),
  )

  /** Whether going away leaves requests with somebody who is not there. */
  const holdsWork = computed(
    () =>
      !looking.value &&
      permissions.value.has('service_requests:claim') &&
      (view.value?.capacity.open ?? 0) > 0,
  )

  function take(answer: SessionAnswer): void {
    setCsrfToken(answer.csrf_token)
    known.value = true
    view.value = isSignedIn(answer) ? answer : null
    syncClock(answer.server_time)
  }

  async function load(): Promise<void> {
    take((await earlySession()) ?? (await api.get()))
  }

  async function signIn(loginName: string, password: string): Promise<void> {
    // The token changes with the session, so a page that was open for long starts from a fresh one.
    if (!known.value) await load()
    take(await api.open(loginName, password))
  }

  async function signOut(): Promise<void> {
    await api.close()
  }

  async function setPresence(presence: Presence, reason: string): Promise<void> {
    take(await api.setPresence(presence, reason))
  }

  async function setLocale(locale: Locale): Promise<void> {
    take(await api.setLocale(locale))
  }

  /** Another tab or a supervisor changed it. */
  function presenceChanged(told: PresenceChanged): void {
    if (view.value?.operator.id !== told.operator_id) return
    view.value = {
      ...view.value,
      presence: told.presence,
      presence_since: told.since,
      presence_reason: told.reason,
      presence_until: told.until,
    }
  }

  function setInHand(open: number, load: number): void {
    if (view.value) view.value = { ...view.value, capacity: { ...view.value.capacity, open, load } }
  }

  function setCapacity(maximum: number): void {
    if (view.value) view.value = { ...view.value, capacity: { ...view.value.capacity, maximum } }
  }

  function passwordChosen(): void {
    if (view.value) view.value = { ...view.value, password_is_given: false }
  }

  return {
    view,
    known,
    operator,
    permissions,
    looking,
    holdsWork,
    load,
    signIn,
    signOut,
    setPresence,
    setLocale,
    presenceChanged,
    setInHand,
    setCapacity,
    passwordChosen,
    usable,
    /** Whether a button for it has a place on the screen. */
    may: (permission: Right) => usable.value.has(permission),
    /** Whether it is theirs, also for who looks through their eyes: for what is shown because of it. */
    has: (permission: Right) => permissions.value.has(permission),
  }
})

function isSignedIn(answer: SessionAnswer): answer is SessionView {
  return (
    answer.authenticated && answer.operator !== null && answer.presence !== null && answer.capacity !== null
  )
}
