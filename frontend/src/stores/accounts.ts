/** The connected accounts this person may see. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { accounts as api } from '@/api/endpoints'
import { useEntities } from './entities'

export const useAccounts = defineStore('accounts', () => {
  const entities = useEntities()
  const phase = ref<'idle' | 'loading' | 'ready' | 'error'>('idle')
  const error = shallowRef<unknown>(null)
  const list = computed(() => Object.values(entities.state.accounts).sort((a, b) => a.id - b.id))

  async function load(): Promise<void> {
    if (phase.value !== 'ready') phase.value = 'loading'
    try {
      entities.loadAccounts((await api.list()).items)
      phase.value = 'ready'
    } catch (failure) {
      error.value = failure
      phase.value = 'error'
    }
  }

  return { phase, error, list, load }
})
