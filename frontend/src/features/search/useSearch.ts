/** Ask while somebody types: a pause first, only the newest question counts. */

import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'

import { find, type SearchResult } from './api'
import { groupsOf, wordsOf, type Group } from './searchModel'

const PAUSE_MS = 180

export function useSearch() {
  const words = ref('')
  const phase = ref<'idle' | 'loading' | 'ready' | 'error'>('idle')
  const error = shallowRef<unknown>(null)
  const answer = shallowRef<{ query: string; result: SearchResult } | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: AbortController | null = null

  const groups = computed<Group[]>(() =>
    answer.value ? groupsOf(answer.value.result, answer.value.query) : [],
  )
  const count = computed(() => groups.value.reduce((sum, group) => sum + group.rows.length, 0))

  watch(words, (value) => {
    clearTimeout(timer)
    running?.abort()
    // What begins with `>` names a command and is nobody's text.
    if (value.startsWith('>') || wordsOf(value).length === 0) {
      phase.value = 'idle'
      answer.value = null
      return
    }
    phase.value = 'loading'
    timer = setTimeout(() => void ask(), PAUSE_MS)
  })

  async function ask(): Promise<void> {
    const controller = new AbortController()
    running = controller
    const query = words.value.trim()
    phase.value = 'loading'
    try {
      const result = await find(query, controller.signal)
      if (controller.signal.aborted) return
      answer.value = { query, result }
      phase.value = 'ready'
    } catch (failure) {
      if (controller.signal.aborted) return
      error.value = failure
      phase.value = 'error'
    }
  }

  onScopeDispose(() => {
    clearTimeout(timer)
    running?.abort()
  })

  return { words, phase, error, answer, groups, count, ask }
}
