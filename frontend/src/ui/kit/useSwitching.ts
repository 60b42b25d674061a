/** Rows that are switched on and off, several at a time: one after the other; what was refused stays as it was, and says why. */

import { useI18n } from 'vue-i18n'

import { useNotices } from '@/stores/notices'
import { useSubmit } from '@/ui/useSubmit'

export interface SwitchSpec<Row> {
  /** Null for a row that is not to be switched at all. */
  isOn: (row: Row) => boolean | null
  /** Whether to go on, where the switch does what switching back does not undo. */
  ask?: (rows: readonly Row[], on: boolean) => Promise<boolean>
  set: (row: Row, on: boolean) => Promise<Row>
  take: (row: Row) => void
  /** What is said of those that were switched. */
  said: (rows: readonly Row[], on: boolean) => string
  /** Keys of the buttons' words, with `n`. */
  words: { on: string; off: string }
  testids: { on: string; off: string }
}

export interface Switching<Row> {
  busy: { readonly value: boolean }
  problem: { readonly value: string }
  /** Those of them that are not so yet. */
  those: (rows: readonly Row[], on: boolean) => Row[]
  turn: (rows: readonly Row[], on: boolean) => Promise<void>
  label: (rows: readonly Row[], on: boolean) => string
  testid: (on: boolean) => string
}

export function useSwitching<Row>(
  spec: SwitchSpec<Row>,
  { busy, problem, submit }: ReturnType<typeof useSubmit> = useSubmit(),
): Switching<Row> {
  const notices = useNotices()
  const { t } = useI18n()

  const those = (rows: readonly Row[], on: boolean): Row[] => rows.filter((row) => spec.isOn(row) === !on)

  async function turn(rows: readonly Row[], on: boolean): Promise<void> {
    if (spec.ask && !(await spec.ask(rows, on))) return
    const done: Row[] = []
    for (const row of rows) {
      const answer = await submit(() => spec.set(row, on))
      if (!answer) break
      spec.take(answer.answer)
      done.push(answer.answer)
    }
    // What was switched off is switched on again with one click; who let somebody in meant it.
    if (done.length > 0) notices.show(spec.said(done, on), on ? null : () => void turn(done, true))
  }

  return {
    busy,
    problem,
    those,
    turn,
    label: (rows, on) => t(on ? spec.words.on : spec.words.off, { n: those(rows, on).length }),
    testid: (on) => (on ? spec.testids.on : spec.testids.off),
  }
}
