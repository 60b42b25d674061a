/** The width of an element in pixels, kept up to date: for drawings whose text must not be scaled with them. */

import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

export function useWidth(element: Ref<HTMLElement | null>, first: number): Ref<number> {
  const width = ref(first)
  let observer: ResizeObserver | null = null

  onMounted(() => {
    observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) width.value = Math.round(entry.contentRect.width)
    })
    if (element.value) observer.observe(element.value)
  })
  onBeforeUnmount(() => observer?.disconnect())

  return width
}
