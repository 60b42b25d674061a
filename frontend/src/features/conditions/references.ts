/** Rows that a condition can refer to, as far as the browser knows them by name. */

import { useAccounts } from '@/stores/accounts'
import { useEntities } from '@/stores/entities'
import { useSession } from '@/stores/session'

export interface Choice {
  value: unknown
  label: string
}

export function useReferences(): (kind: string) => Choice[] {
  const accounts = useAccounts()
  const entities = useEntities()
  const session = useSession()

  /** One's own, and those that the loaded requests name. */
  function named(kind: 'team' | 'assignee'): Choice[] {
    const own = session.view?.operator
    const first = kind === 'team' ? (own?.teams ?? []) : own ? [own] : []
    const seen = Object.values(entities.state.service_request).map((request) => request[kind])
    const all = [...first, ...seen.filter((row) => row !== null)]
    return [...new Map(all.map((row) => [row.id, { value: row.id, label: row.name }])).values()]
  }

  return (kind) => {
    if (kind === 'account') return accounts.known.map(({ id, name }) => ({ value: id, label: name }))
    if (kind === 'team') return named('team')
    return kind === 'operator' ? named('assignee') : []
  }
}
