/** Keys with which the same command, sent again because its answer was lost, begins nothing twice. */

import { newKey } from '@/features/workbench/idempotency'

/** The key of a command: the same one for as long as what it says is the same. */
export function useKeys(): (said: unknown) => string {
  let [key, content] = ['', '']
  return (said) => {
    const text = JSON.stringify(said)
    if (text !== content) [key, content] = [newKey(), text]
    return key
  }
}
