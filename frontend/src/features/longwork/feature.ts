import type { Feature } from '@/app/feature'
import { useEntities } from '@/stores/entities'
import { useLive } from '@/stores/live'
import { useLongWork } from './store'

export default {
  start: () => {
    const work = useLongWork()
    void work.load()
    return [useEntities().subscribe(work.onChanges), useLive().onReload(() => work.load())]
  },
} satisfies Feature
