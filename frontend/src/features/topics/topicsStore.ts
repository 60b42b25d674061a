/** Topics and alerts on screen, kept up to date by reads and live events. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import type { Change } from '@/realtime/reducer'
import { touched, useEntities } from '@/stores/entities'
import { topicsApi, type TopicView } from './api'
import { ordered } from './topicModel'

export const useTopics = defineStore('topics', () => {
  const entities = useEntities()
  const topicIds = ref<ReadonlySet<number>>(new Set())
  const hidden = ref<ReadonlySet<number>>(new Set())
  const phase = ref<'loading' | 'ready' | 'error'>('loading')
  const error = shallowRef<unknown>(null)
  const alertsPhase = ref<'loading' | 'ready' | 'error'>('loading')
  const alertsError = shallowRef<unknown>(null)

  const list = computed(() =>
    [...topicIds.value]
      .flatMap((id) => entities.state.topic[id] ?? [])
      .sort((a, b) => Date.parse(b.last_seen_at) - Date.parse(a.last_seen_at) || b.id - a.id),
  )
  const alertList = computed(() => ordered(Object.values(entities.state.alert)))
  const open = computed(() =>
    alertList.value.filter((alert) => alert.acknowledged_at === null && !hidden.value.has(alert.id)),
  )

  /** What is shown stays when it cannot be read again. Why it could not. */
  async function load(hours: number): Promise<unknown> {
    try {
      const page = await topicsApi.list(hours)
      entities.load('topic', page.items)
      topicIds.value = new Set(page.items.map((topic) => topic.id))
      error.value = null
      phase.value = 'ready'
      return null
    } catch (failure) {
      error.value = failure
      if (phase.value === 'loading') phase.value = 'error'
      return failure
    }
  }

  /** Another span: the topics of before were not asked for. */
  async function show(hours: number): Promise<void> {
    topicIds.value = new Set()
    phase.value = 'loading'
    await load(hours)
  }

  /** Alerts are an addition to other pages: when they do not load, the pages work without. */
  async function loadAlerts(): Promise<unknown> {
    try {
      entities.load('alert', (await topicsApi.alerts()).items)
      alertsPhase.value = 'ready'
      alertsError.value = null
      return null
    } catch (failure) {
      // What is known stays; that nothing stood out can be said only of what was read.
      alertsError.value = failure
      if (alertsPhase.value === 'loading') alertsPhase.value = 'error'
      return failure
    }
  }

  function takeTopic(topic: TopicView): void {
    entities.take('topic', topic)
  }

  function onChanges(changes: Change[]): void {
    const { shown } = touched(changes, 'topic')
    if (shown.length > 0) topicIds.value = new Set([...topicIds.value, ...shown])
  }

  async function acknowledge(id: number): Promise<void> {
    entities.take('alert', await topicsApi.acknowledge(id))
  }

  function hide(id: number): void {
    hidden.value = new Set([...hidden.value, id])
  }

  return {
    topicIds,
    phase,
    error,
    list,
    alertList,
    alertsPhase,
    alertsError,
    open,
    load,
    show,
    loadAlerts,
    takeTopic,
    onChanges,
    acknowledge,
    hide,
  }
})
