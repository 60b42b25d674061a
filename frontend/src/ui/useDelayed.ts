import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** True once `source` has been true for `ms`; false at once. Keeps skeletons from flashing on fast answers. */
export function useDelayed(source: () => boolean, ms = 150): Ref<boolean> {
  const delayed = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    source,
    (value) => {
      clearTimeout(timer)
      if (!value) delayed.value = false
      else timer = setTimeout(() => (delayed.value = true), ms)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return delayed
}
