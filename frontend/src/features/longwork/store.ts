/** One's long work (and, for who manages it, everybody's), read at the start and kept up to date by events. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import type { Change } from '@/realtime/reducer'
import { useEntities } from '@/stores/entities'
import { useSession } from '@/stores/session'
import { longWorkApi, type LongWork } from './api'
import { isOpen } from './workModel'

export const useLongWork = defineStore('longWork', () => {
  const entities = useEntities()
  const session = useSession()
  const phase = ref<'loading' | 'ready' | 'error'>('loading')
  const error = shallowRef<unknown>(null)
  const everybody = ref(false)
  /** Set while the tray is open by a click or because something was begun. */
  const open = ref(false)

  const all = computed(() => Object.values(entities.state.long_work).sort((a, b) => b.id - a.id))
  const own = computed(() => all.value.filter((work) => work.owner?.id === session.operator?.id))
  const shown = computed(() => (everybody.value ? all.value : own.value))
  const running = computed(() => own.value.filter(isOpen))

  async function load(): Promise<unknown> {
    try {
      const { items } = await longWorkApi.list(everybody.value)
      entities.load('long_work', items)
      error.value = null
      phase.value = 'ready'
      return null
    } catch (failure) {
      // What is known stays; an empty tray is said only of what was read.
      error.value = failure
      if (phase.value === 'loading') phase.value = 'error'
      return failure
    }
  }

  async function showEverybody(yes: boolean): Promise<void> {
    everybody.value = yes
    await load()
  }

  function onChanges(changes: Change[]): void {
    for (const { event } of changes)
      if (event?.name === 'long_work.removed') entities.drop('long_work', event.payload.long_work_id)
  }

  /** It was begun here: shown at once, also when its event is late. */
  function begun(work: LongWork): void {
    entities.take('long_work', work)
    open.value = true
  }

  async function cancel(work: LongWork): Promise<void> {
    entities.take('long_work', await longWorkApi.cancel(work.id))
  }

  async function retry(work: LongWork): Promise<void> {
    entities.take('long_work', await longWorkApi.retry(work.id))
    await load()
  }

  async function remove(work: LongWork): Promise<void> {
    await longWorkApi.remove(work.id)
    entities.drop('long_work', work.id)
  }

  return {
    phase,
    error,
    everybody,
    open,
    shown,
    running,
    load,
    showEverybody,
    onChanges,
    begun,
    cancel,
    retry,
    remove,
  }
})
