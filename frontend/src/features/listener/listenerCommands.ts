/** What the stream does when one of its commands is given. */

import { onBeforeUnmount, type Ref } from 'vue'
import { useRouter } from 'vue-router'

import type { InboundItemView } from '@/api/contract'
import { bring, type ActsOf } from '@/shortcuts/commands'
import { useNotices } from '@/stores/notices'
import { safeUrl } from '@/ui/safeUrl'
import { useCurrentRow } from '@/ui/useCurrentRow'
import type { listenerCommands } from './commands'

/** What a row can be asked to do with itself. */
export interface RowActs {
  correct: (needsService: boolean) => void
  rescue: () => void
  toggleWhy: () => void
}

export function useListenerCommands(
  items: () => readonly InboundItemView[],
  box: Readonly<Ref<HTMLElement | null>>,
  search: () => void,
) {
  const router = useRouter()
  const notices = useNotices()
  const rows = new Map<number, RowActs>()
  const { current, step, rowProps } = useCurrentRow(items, box)

  /** Something with the row that is current. */
  function onRow(act: (row: RowActs, item: InboundItemView) => void): () => void {
    return () => {
      const item = current.value
      const row = item ? rows.get(item.id) : undefined
      if (item && row) act(row, item)
    }
  }

  /** What became of it, or why nothing did. */
  function open(row: RowActs, item: InboundItemView): void {
    if (item.service_request_id === null) row.toggleWhy()
    else void router.push({ name: 'workbench', params: { view: 'all', id: String(item.service_request_id) } })
  }

  const judged = (): boolean => Boolean(current.value?.verdict)
  const acts: ActsOf<typeof listenerCommands> = {
    'stream.next': { run: () => step(1) },
    'stream.previous': { run: () => step(-1) },
    'stream.open': { run: onRow(open) },
    'stream.original': {
      run: onRow((_, item) => window.open(safeUrl(item.external_url) ?? '', '_blank', 'noopener,noreferrer')),
      when: () => safeUrl(current.value?.external_url ?? null) !== null,
    },
    'stream.keep': { run: onRow((row) => row.correct(true)), when: judged },
    'stream.drop': { run: onRow((row) => row.correct(false)), when: judged },
    'stream.rescue': {
      run: onRow((row) => row.rescue()),
      when: () => current.value?.can_rescue === true,
    },
    'stream.undo': { run: notices.undo, when: () => Boolean(notices.current?.undo) },
    'stream.search': { run: search },
  }
  onBeforeUnmount(bring(acts, () => current.value !== null))

  /** Rows come and go with the list. */
  function hold(id: number, row: unknown): void {
    if (row) rows.set(id, row as RowActs)
    else rows.delete(id)
  }

  return { hold, rowProps }
}
