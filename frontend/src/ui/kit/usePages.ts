/** The pages of a list on a screen: read on entry, read anew after a lost connection, and when an event concerns them. */

import { computed, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

import type { Change } from '@/realtime/reducer'
import { useEntities } from '@/stores/entities'
import { useLive } from '@/stores/live'
import { useDelayed } from '@/ui/useDelayed'
import { pagesOf, type Page, type Pages, type Reading } from './pages'

export interface Following {
  /** Whether a change may have changed this list. */
  concerns?: (change: Change) => boolean
  /** Changes that come within it are answered by one call at its end. */
  pauseMs?: number
  /** Rows keep their places when they change: they are read anew under the pointer too. */
  keepsPlaces?: boolean
  /** What is asked for: while it changes, another list begins. */
  of?: () => unknown
}

export interface PagesOnScreen<Row> extends Pages<Row> {
  skeleton: Readonly<Ref<boolean>>
  /** Something changed while the rows had to stand still; `load` brings it. */
  hasNews: Ref<boolean>
  /** Say that nothing may move: somebody points at the rows, or has gone down. */
  setStill: (still: boolean) => void
}

/** Rows as a list shows them: all that were read, or those of them that a page picks. */
export interface RowsOnScreen<Row> extends Omit<PagesOnScreen<Row>, 'items'> {
  items: Readonly<Ref<readonly Row[]>>
}

/** A list that is read whole is narrowed and put in order on the spot. */
export function picked<Row>(
  pages: PagesOnScreen<Row>,
  pick: (rows: readonly Row[]) => readonly Row[],
): RowsOnScreen<Row> {
  return { ...pages, items: computed(() => pick(pages.items.value)) }
}

/** Pages that a store keeps and follows by itself, for the parts of a list. */
export function onScreen<Row>(pages: Pages<Row>): PagesOnScreen<Row> {
  return {
    ...pages,
    skeleton: useDelayed(() => pages.phase.value === 'loading'),
    hasNews: ref(false),
    setStill: () => undefined,
  }
}

export function usePages<Row, Answer extends Page<Row> = Page<Row>>(
  reading: Reading<Row, Answer>,
  { concerns = () => false, pauseMs = 0, keepsPlaces = false, of }: Following = {},
): PagesOnScreen<Row> {
  const pages = pagesOf(reading)
  const skeleton = useDelayed(() => pages.phase.value === 'loading')
  const hasNews = ref(false)
  const stops: (() => void)[] = []
  let isStill = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<unknown> {
    hasNews.value = false
    return pages.load()
  }

  async function anew(): Promise<void> {
    hasNews.value = false
    await pages.anew()
  }

  function follow(): void {
    timer = undefined
    // Nothing moves under the pointer: what changed waits until somebody asks for it.
    if (isStill && pages.items.value.length > 0) hasNews.value = true
    else void load()
  }

  function setStill(still: boolean): void {
    isStill = still && !keepsPlaces
    if (!still && hasNews.value) void load()
  }

  onMounted(() => {
    void load()
    stops.push(useLive().onReload(load))
    stops.push(
      useEntities().subscribe((changes) => {
        if (!changes.some(concerns)) return
        if (pauseMs === 0) follow()
        else timer ??= setTimeout(follow, pauseMs)
      }),
    )
  })
  if (of)
    watch(
      () => JSON.stringify(of()),
      () => void anew(),
    )
  onBeforeUnmount(() => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  })
  return { ...pages, load, anew, skeleton, hasNews, setStill }
}
