/** The connected accounts this person may see. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { accounts as api } from '@/api/endpoints'
import type { AccountRef, AccountStatus } from '@/api/contract'
import { useEntities } from './entities'

export const useAccounts = defineStore('accounts', () => {
  const entities = useEntities()
  const phase = ref<'idle' | 'loading' | 'ready' | 'error'>('idle')
  const error = shallowRef<unknown>(null)
  const list = computed(() => Object.values(entities.state.account).sort((a, b) => a.id - b.id))

  /** What the counts name: accounts with requests that this person may see. */
  const named = shallowRef<AccountRef[]>([])

  /** Accounts by name even for those who may not see their state. */
  const known = computed<(AccountRef & { status?: AccountStatus })[]>(() => {
    const seen = new Map<number, AccountRef & { status?: AccountStatus }>()
    for (const request of Object.values(entities.state.service_request))
      seen.set(request.account.id, request.account)
    for (const account of named.value) seen.set(account.id, account)
    for (const account of list.value) seen.set(account.id, account)
    return [...seen.values()]
  })

  /** Why it failed, null when it did not. */
  async function load(): Promise<unknown> {
    if (phase.value !== 'ready') phase.value = 'loading'
    try {
      entities.load('account', (await api.list()).items)
      phase.value = 'ready'
      return null
    } catch (failure) {
      // What is known stays; names are better than none.
      error.value = failure
      if (phase.value === 'loading') phase.value = 'error'
      return failure
    }
  }

  function learn(accounts: AccountRef[]): void {
    named.value = accounts
  }

  return { phase, error, list, known, load, learn }
})
