/** Why one item was judged as it was: asked for when somebody wants to know, then kept while the row is shown. */

import { ref, shallowRef } from 'vue'

import { inbound, type Explanation } from '@/api/endpoints'
import type { Correction } from '@/api/contract'

export function useExplanation(id: () => number) {
  const phase = ref<'idle' | 'loading' | 'ready' | 'error'>('idle')
  const error = shallowRef<unknown>(null)
  const explanation = shallowRef<Explanation | null>(null)
  const corrections = shallowRef<Correction[]>([])

  async function load(): Promise<void> {
    phase.value = 'loading'
    try {
      const [why, said] = await Promise.all([inbound.explain(id()), inbound.corrections(id())])
      explanation.value = why
      corrections.value = said.items
      phase.value = 'ready'
    } catch (failure) {
      error.value = failure
      phase.value = 'error'
    }
  }

  return { phase, error, explanation, corrections, load }
}
