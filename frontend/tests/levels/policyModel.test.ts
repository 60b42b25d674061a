/** A policy as its editor holds it. */

import { describe, expect, it } from 'vitest'

import type { Policy } from '@/features/levels/api'
import {
  contentOf,
  draftOf,
  lengthOf,
  minutesOf,
  moved,
  newDraft,
  nextStep,
} from '@/features/levels/policyModel'

const policy: Policy = {
  id: 3,
  name: '投诉',
  condition: { all: [] },
  sentence: '',
  first_minutes: 30,
  next_minutes: 60,
  resolve_minutes: null,
  warn_share: 75,
  steps: [{ at: 'missed', after_minutes: 0, holder: false, leads: true, people: [{ id: 9, name: null }] }],
  is_on: true,
  faults: {},
  open_requests: 0,
  version: 2,
}

describe('a policy being edited', () => {
  it('keeps whom it names, those who are gone among them', () => {
    const draft = draftOf(policy)
    expect(draft.steps[0]?.people).toEqual([9])
    expect(contentOf({ ...draft, name: ' 投诉 ' }, policy.condition)).toMatchObject({
      name: '投诉',
      resolve_minutes: null,
      steps: [{ at: 'missed', people: [9] }],
    })
  })

  it('leaves the kept policy alone', () => {
    draftOf(policy).steps.pop()
    expect(policy.steps).toHaveLength(1)
  })

  it('tells at a warning at once, whatever stood there before', () => {
    const draft = newDraft()
    draft.steps[0] = { at: 'warning', after_minutes: 30, holder: true, leads: false, people: [] }
    expect(contentOf(draft, { all: [] }).steps[0]?.after_minutes).toBe(0)
  })

  it('says a length in hours only without a rest', () => {
    expect([lengthOf(90), lengthOf(120)]).toEqual([
      { amount: 90, unit: 'minutes' },
      { amount: 2, unit: 'hours' },
    ])
    expect(minutesOf(2, 'hours')).toBe(120)
  })

  it('goes on behind the last step, and never names a moment twice', () => {
    expect(nextStep([]).after_minutes).toBe(0)
    expect(nextStep(newDraft().steps).after_minutes).toBe(30)
    expect(
      nextStep([{ at: 'missed', after_minutes: 90, holder: false, leads: true, people: [] }]),
    ).toMatchObject({
      at: 'missed',
      after_minutes: 120,
    })
  })

  it('moves by one place, and stays within the list', () => {
    expect(moved([1, 2, 3], 3, -1)).toEqual([1, 3, 2])
    expect(moved([1, 2, 3], 1, 1)).toEqual([2, 1, 3])
    expect(moved([1, 2, 3], 1, -1)).toEqual([1, 2, 3])
    expect(moved([1, 2, 3], 3, 1)).toEqual([1, 2, 3])
  })
})
