/** One running call of a form: busy, what the server refused, which fields. */

import { ref } from 'vue'
import { useI18n } from 'vue-i18n'

import { ApiProblem } from '@/api/problem'
import { refusalOf } from './failure'

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
      problem.value = refusalOf(error, t)
      if (error instanceof ApiProblem) {
        requestId.value = error.requestId
        fields.value = { ...error.fields }
      }
      return null
    } finally {
      busy.value = false
    }
  }

  return { busy, problem, requestId, fields, submit }
}
