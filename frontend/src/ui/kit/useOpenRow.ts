/** Which row of a list is open beside it, and at which of its parts, kept in the address (`?id=3&tab=history`; `?id=new`). */

import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export function useOpenRow(first = 'facts') {
  const route = useRoute()
  const router = useRouter()
  const own = route.name
  const word = computed(() => (route.name === own ? route.query['id'] : null))
  const id = computed<number | null>(() => {
    const number = Number(word.value)
    return Number.isInteger(number) && number > 0 ? number : null
  })
  const isNew = computed(() => word.value === 'new')
  const part = computed(() => {
    const { tab } = route.query
    return typeof tab === 'string' ? tab : first
  })

  /** Another row opens at the part that was open; none leaves nothing of it in the address. */
  function show(next: number | 'new' | null, tab = part.value): void {
    const said = { id: next === null ? null : String(next), tab: next === null || tab === first ? null : tab }
    const merged = Object.entries({ ...route.query, ...said }).filter(([, value]) => value !== null)
    void router.replace({ query: Object.fromEntries(merged) })
  }

  const tab = computed({ get: () => part.value, set: (next) => show(id.value, next) })
  return { id, isNew, tab, show }
}
