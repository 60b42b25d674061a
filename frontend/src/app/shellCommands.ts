/** The commands of every page: what each person may use, what leads somewhere, the sheet that lists them all. */

import type { Router } from 'vue-router'

import { useSession } from '@/stores/session'
import { bring, declare, type Act } from '@/shortcuts/commands'
import { commandsFor } from './registry'

export function shellCommands(router: Router, showSheet: () => void): () => void {
  const session = useSession()
  const own = (): ReturnType<typeof commandsFor> => commandsFor(session.usable)
  const leading = own().flatMap(({ id, to }): [string, Act][] =>
    to === undefined ? [] : [[id, { run: () => void router.push(to) }]],
  )
  const stops = [declare(own), bring({ ...Object.fromEntries(leading), 'general.sheet': { run: showSheet } })]
  return () => {
    for (const stop of stops) stop()
  }
}
