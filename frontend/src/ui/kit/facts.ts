/** The facts of one record, declared like the columns of a list: what is said of it, in which look, to whom. */

import { computed } from 'vue'

import { useSession } from '@/stores/session'
import type { Column } from './columns'

export interface Fact<Row> extends Pick<Column<Row>, 'key' | 'label' | 'cell' | 'title' | 'look' | 'right'> {
  /** Said only of those records of which there is something to say. */
  when?: (row: Row) => boolean
}

/** Those that are said of this record to this person. */
export function useFacts<Row>(declared: () => readonly Fact<Row>[], record: () => Row | null) {
  const session = useSession()
  const told = computed(() => {
    const row = record()
    if (row === null) return []
    return declared().filter(
      ({ right, when }) => (right === undefined || session.may(right)) && (when?.(row) ?? true),
    )
  })
  return { told }
}
