import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiProblem, Unreachable } from '@/api/problem'
import { useLive } from '@/stores/live'

beforeEach(() => {
  setActivePinia(createPinia())
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

/** A screen whose readings end as told, then well; how often it was read. */
function screen(...failures: unknown[]) {
  const read = vi.fn(() => Promise.resolve(failures.shift() ?? null))
  return { read, leave: useLive().onReload(read) }
}

describe('a screen that the live connection tells to read anew', () => {
  it('is asked until an answer comes, each time after a longer pause', async () => {
    const gone = new Unreachable('nobody there')
    const { read } = screen(gone, new ApiProblem(503, {}), gone)
    await useLive().refresh()
    expect(read).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(read).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(read).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(read).toHaveBeenCalledTimes(3)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(read).toHaveBeenCalledTimes(4)
  })

  it('is not asked again when it was refused', async () => {
    const { read } = screen(new ApiProblem(403, {}), null)
    await useLive().refresh()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(read).toHaveBeenCalledTimes(1)
  })

  it('is not asked again once it was left', async () => {
    const { read, leave } = screen(new Unreachable('nobody there'))
    await useLive().refresh()
    leave()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(read).toHaveBeenCalledTimes(1)
  })
})
