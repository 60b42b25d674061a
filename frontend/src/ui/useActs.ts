/** Acts of a page upon its rows: one at a time; a refusal is said, and what it leads to is read anew. */

import { ref } from 'vue'
import { useI18n } from 'vue-i18n'

import { useNotices } from '@/stores/notices'
import { refusalOf } from './failure'

/** `load` reads the page again, whether the act was done or refused. */
export function useActs(load: () => Promise<unknown>) {
  const notices = useNotices()
  const { t } = useI18n()
  const busy = ref(false)

  /** `said` once it is done; empty: the page itself shows it. */
  async function act(run: () => Promise<unknown>, said = ''): Promise<void> {
    busy.value = true
    try {
      await run()
      if (said) notices.show(said)
    } catch (failure) {
      notices.show(refusalOf(failure, t))
    } finally {
      busy.value = false
    }
    await load()
  }

  return { busy, act }
}
