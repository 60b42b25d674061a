/** Try the rule on what was heard, a moment after the last change; only the newest answer is shown. */

import { onScopeDispose, ref, shallowRef, watch } from 'vue'

import { ApiProblem } from '@/api/problem'
import { monitorsApi, type MonitorBody, type Preview, type Span } from './api'
import { isEmptyRule } from './ruleModel'

const PAUSE_MS = 500

export function usePreview(body: () => MonitorBody, monitorId: () => number | null, days: () => Span) {
  const preview = shallowRef<Preview | null>(null)
  const running = ref(false)
  const fields = ref<Record<string, string>>({})
  const problem = ref('')
  /** What the server would write instead of a condition it cannot read. */
  const suggestion = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let controller: AbortController | null = null

  async function run(): Promise<void> {
    const { rule, account_ids, kinds, schedule } = body()
    controller?.abort()
    if (isEmptyRule(rule)) {
      preview.value = null
      running.value = false
      return
    }
    const mine = new AbortController()
    controller = mine
    running.value = true
    try {
      const answer = await monitorsApi.preview(
        { rule, account_ids, kinds, schedule, monitor_id: monitorId(), days: days() },
        mine.signal,
      )
      if (mine.signal.aborted) return
      preview.value = answer
      fields.value = {}
      problem.value = ''
      suggestion.value = ''
    } catch (error) {
      if (mine.signal.aborted) return
      fields.value = error instanceof ApiProblem ? error.fields : {}
      problem.value = error instanceof ApiProblem ? error.detail || error.title : '…'
      const offered = error instanceof ApiProblem ? error.body['suggestion'] : null
      suggestion.value = typeof offered === 'string' ? offered : ''
    } finally {
      if (!mine.signal.aborted) running.value = false
    }
  }

  watch(
    () =>
      JSON.stringify([body().rule, body().account_ids, body().kinds, body().schedule, monitorId(), days()]),
    () => {
      clearTimeout(timer)
      running.value = !isEmptyRule(body().rule)
      timer = setTimeout(() => void run(), PAUSE_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    controller?.abort()
  })
  return { preview, running, fields, problem, suggestion, run }
}
