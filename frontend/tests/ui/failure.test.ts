/** Case G14: nobody is told that the server is silent while the own network is away. */

import { describe, expect, it } from 'vitest'

import { ApiProblem, Offline, Unreachable } from '@/api/problem'
import { failureOf, refusalOf } from '@/ui/failure'

const t = (key: string): string => key

describe('what is said of a failure', () => {
  it('names the missing network, the silent server and the refusal apart', () => {
    const refused = new ApiProblem(409, { code: 'x', title: 'Taken', detail: '' })
    expect(
      [new Offline(), new Unreachable(null), refused, new Error('x')].map((e) => failureOf(e, t)),
    ).toEqual(['error.offline', 'error.noAnswer', 'Taken', 'error.screen'])
    expect([new Offline(), new Unreachable(null), refused].map((e) => refusalOf(e, t))).toEqual([
      'action.offline',
      'action.noAnswer',
      'Taken',
    ])
  })
})
