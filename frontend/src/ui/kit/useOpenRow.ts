/** Which row of a list is open beside it, and at which of its parts, kept in the address (`?id=3&tab=history`). */

import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export function useOpenRow(first = 'facts') {
  const route = useRoute()
  const router = useRouter()
  const own = route.name
  const id = computed<number | null>(() => {
    const number = route.name === own ? Number(route.query['id']) : 0
    return Number.isInteger(number) && number > 0 ? number : null
  })
  const part = computed(() => {
    const { tab } = route.query
    return typeof tab === 'string' ? tab : first
  })

  /** Another row opens at the part that was open; none leaves nothing of it in the address. */
  function show(next: number | null, tab = part.value): void {
    const said = { id: next === null ? null : String(next), tab: next === null || tab === first ? null : tab }
    const merged = Object.entries({ ...route.query, ...said }).filter(([, value]) => value !== null)
    void router.replace({ query: Object.fromEntries(merged) })
  }

  return { id, tab: computed({ get: () => part.value, set: (tab) => show(id.value, tab) }), show }
}
