/** Only those rows of a long list are drawn that can be seen, and some around them. A short list is drawn whole. */

import { useVirtualizer } from '@tanstack/vue-virtual'
import { computed, watch, type Ref } from 'vue'

import { density } from '@/app/preferences'

const OVERSCAN = 8
const NEAR_THE_END = 8

export interface Heights {
  compact: number
  standard: number
  comfortable: number
}

export interface VirtualRows<Row> {
  items: () => readonly Row[]
  keyOf: (row: Row) => number | string
  scroller: Readonly<Ref<HTMLElement | null>>
  heights: Heights
  /** So many rows and fewer are all drawn. */
  most?: number
  /** The last rows come into sight. */
  onEnd?: () => void
}

export function useVirtualRows<Row>({ items, keyOf, scroller, heights, most = 0, onEnd }: VirtualRows<Row>) {
  const isOn = computed(() => items().length > most)
  const virtual = useVirtualizer(
    computed(() => ({
      count: items().length,
      enabled: isOn.value,
      getScrollElement: () => scroller.value,
      estimateSize: () => heights[density.value],
      getItemKey: (index: number) => {
        const row = items()[index]
        return row === undefined ? index : keyOf(row)
      },
      overscan: OVERSCAN,
    })),
  )
  const visible = computed(() =>
    isOn.value
      ? virtual.value.getVirtualItems().flatMap((slot) => {
          const row = items()[slot.index]
          return row === undefined ? [] : [{ row, top: slot.start, index: slot.index, end: slot.end }]
        })
      : items().map((row, index) => ({ row, top: 0, index, end: 0 })),
  )
  const height = computed(() => (isOn.value ? virtual.value.getTotalSize() : 0))
  /** What has to stand above and below the rows of a table in place of those that are not drawn. */
  const above = computed(() => (isOn.value ? (visible.value[0]?.top ?? 0) : 0))
  const below = computed(() => (isOn.value ? height.value - (visible.value.at(-1)?.end ?? 0) : 0))

  watch(density, () => virtual.value.measure())
  watch(
    () => (isOn.value ? (visible.value.at(-1)?.index ?? 0) : 0),
    (last) => {
      if (isOn.value && last >= items().length - NEAR_THE_END) onEnd?.()
    },
  )

  function reveal(index: number): void {
    if (isOn.value && index >= 0) virtual.value.scrollToIndex(index, { align: 'auto' })
  }

  return {
    visible,
    height,
    above,
    below,
    reveal,
    measure: (row: Element | null) => virtual.value.measureElement(row),
  }
}
