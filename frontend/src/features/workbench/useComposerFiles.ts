/** The files of the reply box: adding, taking away, and what the lane says of them. */

import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'

import type { ComposerLane, LaneState } from '@/api/contract'
import { isReplyLane } from '@/api/endpoints'
import { useDraftFiles } from '@/stores/draftFiles'
import { useSession } from '@/stores/session'
import { acceptOf, objection } from './draftFiles'

interface Box {
  conversationId: ComputedRef<number | null>
  lane: Ref<ComposerLane>
  laneState: ComputedRef<LaneState | null>
  text: Ref<string>
}

export function useComposerFiles({ conversationId, lane, laneState, text }: Box) {
  const store = useDraftFiles()
  const session = useSession()
  /** Why the lane takes none, said once somebody tried. */
  const refusesFiles = ref('')

  const files = computed(() =>
    conversationId.value === null ? [] : store.read(conversationId.value, lane.value),
  )
  const rules = computed(() => (isReplyLane(lane.value) ? (laneState.value?.files ?? null) : null))
  const ready = computed(() => files.value.flatMap((file) => file.ready ?? []))
  const allReady = computed(() => files.value.every((file) => file.state === 'ready'))
  const fileObjection = computed(() => objection(ready.value, text.value, rules.value))

  watch([conversationId, lane], () => (refusesFiles.value = ''))

  /** Whether files may be chosen here; where the lane takes none it says why. */
  function askForFiles(): boolean {
    const none = rules.value !== null && rules.value.kinds.length === 0
    refusesFiles.value = none ? (rules.value.reason ?? '') : ''
    return !none
  }

  function addFiles(chosen: Iterable<File> | ArrayLike<File>): void {
    const id = conversationId.value
    if (id === null || !session.may('files:upload') || !askForFiles()) return
    for (const file of Array.from(chosen)) store.add(id, lane.value, file)
  }

  function removeFile(key: string): void {
    if (conversationId.value !== null) store.remove(conversationId.value, lane.value, key)
  }

  return {
    files,
    allReady,
    fileObjection,
    refusesFiles,
    mayAttach: computed(() => session.may('files:upload')),
    accept: computed(() => acceptOf(rules.value)),
    askForFiles,
    addFiles,
    removeFile,
    removeFiles: (): void => files.value.forEach((file) => removeFile(file.key)),
    uploadAgain: (key: string): void => {
      if (conversationId.value !== null) store.again(conversationId.value, lane.value, key)
    },
  }
}
