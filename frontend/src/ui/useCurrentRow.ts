/** The row of a plain list that single keys act on. It holds the focus, so moving it scrolls, and a screen reader reads it. */

import { computed, nextTick, ref, type Ref } from 'vue'

/** Rows are elements with `data-id` inside `box`; they take `rowProps(id)`. */
export function useCurrentRow<T extends { id: number }>(
  items: () => readonly T[],
  box: Readonly<Ref<HTMLElement | null>>,
) {
  const id = ref<number | null>(null)
  const current = computed(() => items().find((item) => item.id === id.value) ?? null)

  function go(next: T | undefined): void {
    if (!next) return
    id.value = next.id
    void nextTick(() => box.value?.querySelector<HTMLElement>(`[data-id="${next.id}"]`)?.focus())
  }

  function step(by: 1 | -1): void {
    const rows = items()
    const here = rows.findIndex((item) => item.id === id.value)
    go(here === -1 ? rows[0] : rows[here + by])
  }

  /** Call before a row leaves: the one below it, else the one above, becomes current. */
  function leave(gone: T): void {
    if (gone.id !== id.value) return
    const rows = items()
    const here = rows.indexOf(gone)
    go(rows[here + 1] ?? rows[here - 1])
  }

  /** One row can be reached with Tab; the others by J and K. */
  function rowProps(rowId: number) {
    const first = current.value === null && items()[0]?.id === rowId
    return {
      'data-id': rowId,
      tabindex: rowId === id.value || first ? 0 : -1,
      class: { 'is-current': rowId === id.value },
      onFocusin: () => (id.value = rowId),
    }
  }

  return { current, go, step, leave, rowProps }
}
