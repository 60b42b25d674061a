import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** Whether a media query holds, kept up to date. */
export function useWide(media: string): Readonly<Ref<boolean>> {
  const query = window.matchMedia(media)
  const matches = ref(query.matches)
  const update = (): void => {
    matches.value = query.matches
  }
  query.addEventListener('change', update)
  onScopeDispose(() => query.removeEventListener('change', update))
  return readonly(matches)
}
