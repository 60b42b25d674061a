/** The dashboard's period, comparison and condition: in the address, and remembered for each person in this browser. */

import { computed } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

import { readTree } from '@/features/conditions/tree'
import { useSession } from '@/stores/session'
import { fromAddress, toAddress, type View } from './figuresModel'

export function useFiguresView() {
  const route = useRoute()
  const router = useRouter()
  const session = useSession()
  const place = `lingke.figures.${String(session.operator?.id ?? 0)}`

  function remembered(): Record<string, unknown> {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '{}')
      return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {}
    } catch {
      return {}
    }
  }

  function isPlain(query: LocationQuery): boolean {
    return Object.keys(query).length === 0
  }

  /** An address that says nothing means what one looked at last. */
  const view = computed<View>(() => {
    if (route.name !== 'figures') return fromAddress(remembered(), readTree)
    return fromAddress(isPlain(route.query) ? remembered() : route.query, readTree)
  })

  function change(next: Partial<View>): void {
    const query = toAddress({ ...view.value, ...next })
    localStorage.setItem(place, JSON.stringify(query))
    void router.replace({ name: 'figures', query })
  }

  return { view, change }
}
