/** Rows that are chosen for something together: one by one, from one to another, all that are there. */

import { computed, ref, watch } from 'vue'

export type Key = number | string

/** `keys`: those of the rows that are there, in the order of the screen. What is no longer there is no longer chosen. */
export function useSelection(keys: () => readonly Key[]) {
  const chosen = ref<ReadonlySet<Key>>(new Set())
  let from: Key | null = null

  watch(keys, (there) => {
    if (chosen.value.size === 0) return
    const held = new Set(there)
    const left = [...chosen.value].filter((key) => held.has(key))
    if (left.length < chosen.value.size) chosen.value = new Set(left)
  })

  const isAll = computed(() => keys().length > 0 && keys().every((key) => chosen.value.has(key)))

  function toggle(key: Key): void {
    const next = new Set(chosen.value)
    if (!next.delete(key)) next.add(key)
    chosen.value = next
    from = key
  }

  /** All rows from the one that was chosen last up to this one. */
  function reach(key: Key): void {
    const order = keys()
    const [a, b] = [order.indexOf(from ?? key), order.indexOf(key)]
    if (a === -1 || b === -1) {
      toggle(key)
      return
    }
    chosen.value = new Set([...chosen.value, ...order.slice(Math.min(a, b), Math.max(a, b) + 1)])
  }

  function toggleAll(): void {
    chosen.value = isAll.value ? new Set() : new Set(keys())
    from = null
  }

  function clear(): void {
    chosen.value = new Set()
    from = null
  }

  return { chosen, isAll, toggle, reach, toggleAll, clear }
}
