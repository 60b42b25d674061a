/** The row of a list that single keys act on. It holds the focus, so moving it scrolls, and a screen reader reads it. */

import { computed, nextTick, ref, type Ref } from 'vue'

type Key = number | string

/** Rows are elements with `data-id` inside `box`; they take `rowProps(key)`. `reveal` draws a row that is not drawn yet. */
export function useCurrentRow<T>(
  items: () => readonly T[],
  box: Readonly<Ref<HTMLElement | null>>,
  keyOf: (row: T) => Key = (row) => (row as { id: Key }).id,
  reveal: (index: number) => void = () => undefined,
) {
  const id = ref<Key | null>(null)
  const current = computed(() => items().find((item) => keyOf(item) === id.value) ?? null)

  function go(next: T | undefined): void {
    if (!next) return
    const key = keyOf(next)
    id.value = key
    reveal(items().findIndex((item) => keyOf(item) === key))
    void nextTick(() => rowOf(key)?.focus())
  }

  function rowOf(key: Key): HTMLElement | undefined {
    const rows = box.value?.querySelectorAll<HTMLElement>('[data-id]') ?? []
    return [...rows].find((row) => row.dataset['id'] === String(key))
  }

  function step(by: 1 | -1): void {
    const rows = items()
    const here = rows.findIndex((item) => keyOf(item) === id.value)
    go(here === -1 ? rows[0] : rows[here + by])
  }

  /** Call before a row leaves: the one below it, else the one above, becomes current. */
  function leave(gone: T): void {
    if (keyOf(gone) !== id.value) return
    const rows = items()
    const here = rows.indexOf(gone)
    go(rows[here + 1] ?? rows[here - 1])
  }

  /** One row can be reached with Tab; the others by J and K. */
  function rowProps(key: Key) {
    const [top] = items()
    const first = current.value === null && top !== undefined && keyOf(top) === key
    return {
      'data-id': key,
      tabindex: key === id.value || first ? 0 : -1,
      class: { 'is-current': key === id.value },
      onFocusin: () => (id.value = key),
    }
  }

  return { current, go, step, leave, rowProps }
}
