/** Why a request is due when it is, asked for when somebody points at it or opens it, and kept for a while. */

import { computed, ref, shallowRef, watch, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'

import { requests as api } from '@/api/endpoints'
import type { DeadlineView, ServiceRequestView } from '@/api/contract'
import { now } from '@/ui/now'
import { useDeadlineWords } from '@/ui/useDeadlineWords'

const KEPT_MS = 60_000
const MOST_KEPT = 100
const kept = new Map<string, { at: number; deadline: DeadlineView }>()

/** One answer a state of the request; how the calendar stands now is at most a minute old. */
async function read(request: ServiceRequestView): Promise<DeadlineView> {
  const key = `${request.id}.${request.version}`
  const known = kept.get(key)
  if (known && Date.now() - known.at < KEPT_MS) return known.deadline
  const deadline = await api.deadline(request.id)
  kept.delete(key)
  kept.set(key, { at: Date.now(), deadline })
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break
    kept.delete(oldest)
  }
  return deadline
}

export function useDeadline(request: () => ServiceRequestView): {
  ask: () => Promise<void>
  sentences: ComputedRef<string[]>
  /** Those sentences behind another. */
  after: (first: string) => string
  failed: ComputedRef<boolean>
} {
  const { t } = useI18n()
  const words = useDeadlineWords()
  const about = shallowRef<DeadlineView | null>(null)
  const missed = ref(false)
  let asked = 0

  watch(
    () => [request().id, request().version],
    () => (about.value = null),
  )

  async function ask(): Promise<void> {
    if (request().due_at === null && request().resolve_due_at === null) return
    asked += 1
    const mine = asked
    missed.value = false
    try {
      const found = await read(request())
      if (mine === asked) about.value = found
    } catch {
      if (mine === asked) missed.value = true
    }
  }

  const sentences = computed(() => (about.value === null ? [] : words.deadline(about.value, now.value)))
  return {
    ask,
    sentences,
    after: (first) => [first, ...sentences.value].filter(Boolean).join(t('common.sentenceGap')),
    failed: computed(() => missed.value),
  }
}
