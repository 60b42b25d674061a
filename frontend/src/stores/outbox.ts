/** The person's replies and notes that the server has not confirmed yet. */

import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'

import { conversations as api, isReplyLane } from '@/api/endpoints'
import { OutboxQueue, type OutboxEntry } from '@/features/workbench/outboxQueue'
import { useEntities } from './entities'
import { useLive } from './live'

function storageKey(operatorId: number): string {
  return `lingke.outbox.${operatorId}`
}

function loadFrom(key: string): OutboxEntry[] {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]') as OutboxEntry[]
  } catch {
    // A half-written value is worth less than a working composer.
    return []
  }
}

export const useOutbox = defineStore('outbox', () => {
  const entries = shallowRef<OutboxEntry[]>([])
  const waiting = computed(() => entries.value.filter((entry) => entry.state !== 'refused').length)
  let queue: OutboxQueue | null = null
  let stopListening: () => void = () => undefined
  let wake: () => void = () => undefined

  function start(operatorId: number): void {
    stop()
    const key = storageKey(operatorId)
    const entities = useEntities()
    queue = new OutboxQueue({
      post: (entry) => post(entry),
      load: () => loadFrom(key),
      save: (list) => localStorage.setItem(key, JSON.stringify(list)),
      changed: (list) => (entries.value = list),
      accepted: (_entry, message) => entities.take('message', message),
      wait,
    })
    entries.value = queue.list()
    stopListening = useLive().onOnline(() => {
      wake()
      void queue?.drain()
    })
    void queue.drain()
  }

  function stop(): void {
    stopListening()
    queue?.stop()
    queue = null
    entries.value = []
  }

  /** A pause that a reconnect cuts short. */
  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    entries,
    waiting,
    start,
    stop,
    add: (entry: Omit<OutboxEntry, 'state' | 'problem'>) => queue?.add(entry),
    confirm: (key: string) => queue?.confirm(key),
    remove: (key: string) => queue?.remove(key) ?? false,
  }
})

async function post(entry: OutboxEntry): ReturnType<typeof api.reply> {
  const attachments = (entry.files ?? []).map((file) => file.id)
  if (!isReplyLane(entry.lane)) return api.note(entry.conversationId, entry.text, entry.key, attachments)
  return api.reply(entry.conversationId, {
    service_request_id: entry.requestId,
    lane: entry.lane,
    text: entry.text,
    attachments,
    idempotency_key: entry.key,
    in_reply_to: entry.inReplyTo,
    send_at: entry.sendAt ?? null,
    personal_data: entry.personalData ?? null,
    content_warning: entry.contentWarning ?? null,
    visibility: entry.visibility ?? null,
    resolve: entry.resolve ?? false,
    confirm: entry.confirm ?? [],
  })
}
