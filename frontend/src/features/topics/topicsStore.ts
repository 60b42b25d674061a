/** Topics and alerts on screen, kept up to date by reads and live events. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import type { Change } from '@/realtime/reducer'
import { topicsApi, type AlertView, type TopicView } from './api'
import { mergeAlert, mergeTopic, ordered } from './topicModel'

export const useTopics = defineStore('topics', () => {
  const topics = ref<Record<number, TopicView>>({})
  const alerts = ref<Record<number, AlertView>>({})
  const hidden = ref<ReadonlySet<number>>(new Set())
  const phase = ref<'loading' | 'ready' | 'error'>('loading')
  const error = shallowRef<unknown>(null)

  const list = computed(() => Object.values(topics.value).sort((a, b) => Date.parse(b.last_seen_at) - Date.parse(a.last_seen_at) || b.id - a.id))
  const alertList = computed(() => ordered(Object.values(alerts.value)))
  const open = computed(() => alertList.value.filter((alert) => alert.acknowledged_at === null && !hidden.value.has(alert.id)))

  async function load(hours: number): Promise<void> {
    try {
      const page = await topicsApi.list(hours)
      topics.value = Object.fromEntries(page.items.map((topic) => [topic.id, mergeTopic(topics.value[topic.id], topic)]))
      phase.value = 'ready'
    } catch (failure) {
      error.value = failure
      phase.value = 'error'
    }
  }

  /** Alerts are an addition to other pages: when they do not load, the pages work without. */
  async function loadAlerts(): Promise<void> {
    try {
      for (const alert of (await topicsApi.alerts()).items) takeAlert(alert)
    } catch {
      // The next reload or event brings them.
    }
  }

  function takeAlert(alert: AlertView): void {
    alerts.value[alert.id] = mergeAlert(alerts.value[alert.id], alert)
  }

  function takeTopic(topic: TopicView): void {
    topics.value[topic.id] = mergeTopic(topics.value[topic.id], topic)
  }

  function onChanges(changes: Change[]): void {
    for (const change of changes) {
      if (change.alert) takeAlert(change.alert)
      if (change.topic) takeTopic(change.topic)
    }
  }

  async function acknowledge(id: number): Promise<void> {
    takeAlert(await topicsApi.acknowledge(id))
  }

  function hide(id: number): void {
    hidden.value = new Set([...hidden.value, id])
  }

  return { topics, phase, error, list, alertList, open, load, loadAlerts, takeTopic, onChanges, acknowledge, hide }
})
