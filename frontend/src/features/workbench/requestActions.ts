/** What can be done with a request, with the refusals explained where the person is looking. */

import { shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'

import { requests as api, type ClaimConfirmed } from '@/api/endpoints'
import { ApiProblem, hasCode, isAway, Unreachable } from '@/api/problem'
import { refusalOf } from '@/ui/failure'
import type { RequestStatus, RequestType, SettableStatus, ServiceRequestView } from '@/api/contract'
import { currentLocale } from '@/app/i18n'
import { useEntities } from '@/stores/entities'
import { useNotices } from '@/stores/notices'
import { useSession } from '@/stores/session'
import { messageTime } from '@/ui/format'
import { now } from '@/ui/now'
import { claimQuestion, type ClaimQuestion } from './claimQuestion'

/** What somebody says a request really is; what is left out stays. */
export interface Classification {
  type?: RequestType
  priority?: 1 | 2 | 3 | 4
  sentiment?: -1 | 0 | 1
}

export interface Refusal {
  requestId: number
  text: string
  number: string | null
  /** The refusal is a question: what to do with the answer. */
  answer?: (yes: boolean) => void
}

/** A colleague has it: `answer` takes the reason, null where the person leaves it with them. */
export interface TakeOver {
  request: ServiceRequestView
  answer: (reason: string | null) => void
}

/** What is asked before a colleague's request is taken over, where any screen asks it. */
const takeOver = shallowRef<TakeOver | null>(null)

/** The refusal on screen, shared by everything that acts on the open request. */
const refusal = shallowRef<Refusal | null>(null)

export function useRequestActions() {
  const entities = useEntities()
  const notices = useNotices()
  const session = useSession()
  const { t } = useI18n()

  /** `action` gets the version it acts on, and what the person has said yes to. */
  async function run(
    request: ServiceRequestView,
    action: (version: number, confirm: ClaimConfirmed) => Promise<ServiceRequestView>,
    confirm: ClaimConfirmed = [],
  ): Promise<boolean> {
    dismiss()
    try {
      entities.take('service_request', await onNewest(request, (version) => action(version, confirm)))
      return true
    } catch (error) {
      const question = error instanceof ApiProblem ? claimQuestion(error) : null
      if (question && confirm.length === 0)
        return (await ask(request, question)) && run(latest(request), action, ['claimed_by_other'])
      const outdated = hasCode(error, 'stale_version') || hasCode(error, 'already_assigned')
      if (outdated) await refetch(request.id)
      refusal.value = {
        requestId: request.id,
        ...((outdated ? takenMeanwhile(request) : null) ?? explain(error)),
      }
      return false
    }
  }

  /** Whether the person goes on although a colleague has the request; anything else they do means no. */
  function ask(request: ServiceRequestView, { name, since }: ClaimQuestion): Promise<boolean> {
    const text = t('action.claimedByOther', {
      name: name || t('action.colleague'),
      time: since ? messageTime(since, now.value, currentLocale()) : '',
    })
    return new Promise((answer) => {
      refusal.value = { requestId: request.id, text, number: null, answer }
    })
  }

  function dismiss(yes = false): void {
    const question = refusal.value
    refusal.value = null
    takeOver.value?.answer(null)
    question?.answer?.(yes)
  }

  /**
   * One's own reply makes the request newer a moment later. What has changed only in what the person has done or seen
   * must not refuse them: then the act is repeated on the newest version, once.
   */
  async function onNewest(
    request: ServiceRequestView,
    action: (version: number) => Promise<ServiceRequestView>,
  ): Promise<ServiceRequestView> {
    try {
      return await action(request.version)
    } catch (error) {
      if (!hasCode(error, 'stale_version')) throw error
      await refetch(request.id)
      const newest = latest(request)
      if (newest.version === request.version || !isSeen(request, newest)) throw error
      return await action(newest.version)
    }
  }

  /** Most often a request is out of date because a colleague was quicker; then say who. */
  function takenMeanwhile(before: ServiceRequestView): { text: string; number: null } | null {
    const assignee = latest(before).assignee
    if (!assignee || assignee.id === before.assignee?.id || assignee.id === session.operator?.id) return null
    return { text: t('action.alreadyAssigned', { name: assignee.name }), number: null }
  }

  function explain(error: unknown): { text: string; number: string | null } {
    if (error instanceof Unreachable) return { text: refusalOf(error, t), number: null }
    if (!(error instanceof ApiProblem)) return { text: t('error.screen'), number: null }
    if (error.code === 'already_assigned') {
      const name = error.body['assignee_name']
      return {
        text: t('action.alreadyAssigned', { name: typeof name === 'string' ? name : t('action.colleague') }),
        number: null,
      }
    }
    if (error.code === 'stale_version') return { text: t('action.stale'), number: null }
    return { text: error.detail || error.title, number: error.requestId }
  }

  async function refetch(id: number): Promise<void> {
    try {
      entities.take('service_request', await api.get(id))
    } catch (error) {
      if (isAway(error)) entities.drop('service_request', id)
    }
  }

  async function claim(request: ServiceRequestView): Promise<void> {
    const me = session.operator
    if (!me) return
    const done = await assign(request, me.id)
    if (done)
      notices.show(t('notice.claimed', { number: request.number }), () => void assign(latest(request), null))
  }

  async function assign(request: ServiceRequestView, operatorId: number | null): Promise<boolean> {
    const asked = takesOver(request, operatorId)
    const reason = asked ? await askWhy(request) : null
    if (asked && reason === null) return false
    return run(request, (version) => api.assign(request.id, operatorId, version, reason))
  }

  /** Whether somebody takes for themselves what, as they saw it, a colleague has. */
  function takesOver({ assignee }: ServiceRequestView, operatorId: number | null): boolean {
    const me = session.operator?.id
    return (
      operatorId === me && assignee !== null && assignee.id !== me && session.may('service_requests:assign')
    )
  }

  function askWhy(request: ServiceRequestView): Promise<string | null> {
    takeOver.value?.answer(null)
    return new Promise((resolve) => {
      takeOver.value = {
        request,
        answer: (reason) => {
          takeOver.value = null
          resolve(reason)
        },
      }
    })
  }

  /** Into the queue again; it goes to a colleague who is at work. */
  async function giveBack(request: ServiceRequestView): Promise<void> {
    const done = await assign(request, null)
    if (done)
      notices.show(t('notice.givenBack', { number: request.number }), () => void claim(latest(request)))
  }

  async function transfer(request: ServiceRequestView, operatorId: number, name: string): Promise<boolean> {
    const done = await assign(request, operatorId)
    if (done) notices.show(t('notice.transferred', { number: request.number, name }))
    return done
  }

  /** Into another team's queue, its first or the one that is named; whoever had it has it no more. */
  async function move(
    request: ServiceRequestView,
    team: { id: number; name: string },
    queue: { id: number; name: string } | null = null,
  ): Promise<boolean> {
    const before = request.team
    const done = await run(request, (version, yes) =>
      api.setTeam(request.id, team.id, version, yes, queue?.id ?? null),
    )
    if (done)
      notices.show(
        t('notice.moved', { number: request.number, name: queue?.name ?? team.name }),
        before === null ? null : () => void move(latest(request), before),
      )
    return done
  }

  async function setStatus(request: ServiceRequestView, status: SettableStatus): Promise<boolean> {
    const before = settable(request.status)
    const done = await run(request, (version, yes) => api.setStatus(request.id, status, version, yes))
    if (done) {
      const back = (): void =>
        void run(latest(request), (version, yes) => api.setStatus(request.id, before, version, yes))
      notices.show(t(`notice.status.${status}`, { number: request.number }), before === status ? null : back)
    }
    return done
  }

  async function classify(request: ServiceRequestView, said: Classification): Promise<boolean> {
    const done = await run(request, (version, yes) => api.classify(request.id, said, version, yes))
    if (done) {
      const before = whatItWas(request, said)
      notices.show(
        t('notice.classified', { number: request.number }),
        () => void run(latest(request), (version, yes) => api.classify(request.id, before, version, yes)),
      )
    }
    return done
  }

  function latest(request: ServiceRequestView): ServiceRequestView {
    return entities.state.service_request[request.id] ?? request
  }

  return { refusal, takeOver, claim, giveBack, transfer, move, setStatus, classify, dismiss }
}

/** Where undoing leads: a person can set neither "new" nor "closed". */
function settable(status: RequestStatus): SettableStatus {
  if (status === 'new') return 'open'
  return status === 'closed' ? 'resolved' : status
}

/** Whether two states differ in nothing that somebody else decided or said. */
function isSeen(before: ServiceRequestView, now: ServiceRequestView): boolean {
  return (
    now.assignee?.id === before.assignee?.id &&
    now.last_inbound_at === before.last_inbound_at &&
    now.team?.id === before.team?.id &&
    (now.status === before.status || now.status === 'pending')
  )
}

function whatItWas(request: ServiceRequestView, said: Classification): Classification {
  const { type, priority, sentiment } = request
  return {
    ...(said.type === undefined ? {} : { type: type as RequestType }),
    ...(said.priority === undefined ? {} : { priority: priority as 1 | 2 | 3 | 4 }),
    ...(said.sentiment === undefined ? {} : { sentiment: sentiment.value as -1 | 0 | 1 }),
  }
}
