/** One running call of a form: busy, what the server refused, which fields. */

import { ref } from 'vue'
import { useI18n } from 'vue-i18n'

import { ApiProblem } from '@/api/problem'

export function useSubmit() {
  const { t } = useI18n()
  const busy = ref(false)
  const problem = ref('')
  const requestId = ref<string | null>(null)
  const fields = ref<Record<string, string>>({})

  /** Run the call; the answer, or null after a refusal that is then shown. */
  async function submit<T>(run: () => Promise<T>): Promise<{ answer: T } | null> {
    busy.value = true
    problem.value = ''
    requestId.value = null
    fields.value = {}
    try {
      return { answer: await run() }
    } catch (error) {
      if (error instanceof ApiProblem) {
        problem.value = error.detail || error.title
        requestId.value = error.requestId
        fields.value = { ...error.fields }
      } else problem.value = t('action.noAnswer')
      return null
    } finally {
      busy.value = false
    }
  }

  return { busy, problem, requestId, fields, submit }
}
