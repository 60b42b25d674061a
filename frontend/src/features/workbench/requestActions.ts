/** What can be done with a request, with the refusals explained where the person is looking. */

import { shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'

import { requests as api } from '@/api/endpoints'
import { ApiProblem, hasCode, Unreachable } from '@/api/problem'
import type { RequestStatus, ServiceRequestView } from '@/api/contract'
import { useEntities } from '@/stores/entities'
import { useNotices } from '@/stores/notices'
import { useSession } from '@/stores/session'

export interface Refusal {
  requestId: number
  text: string
  number: string | null
}

/** The refusal on screen, shared by everything that acts on the open request. */
const refusal = shallowRef<Refusal | null>(null)

export function useRequestActions() {
  const entities = useEntities()
  const notices = useNotices()
  const session = useSession()
  const { t } = useI18n()

  async function run(request: ServiceRequestView, action: () => Promise<ServiceRequestView>): Promise<boolean> {
    refusal.value = null
    try {
      entities.takeRequest(await action())
      return true
    } catch (error) {
      const outdated = hasCode(error, 'stale_version') || hasCode(error, 'already_assigned')
      if (outdated) await refetch(request.id)
      refusal.value = { requestId: request.id, ...((outdated ? takenMeanwhile(request) : null) ?? explain(error)) }
      return false
    }
  }

  /** Most often a request is out of date because a colleague was quicker; then say who. */
  function takenMeanwhile(before: ServiceRequestView): { text: string; number: null } | null {
    const assignee = latest(before).assignee
    if (!assignee || assignee.id === before.assignee?.id || assignee.id === session.operator?.id) return null
    return { text: t('action.alreadyAssigned', { name: assignee.name }), number: null }
  }

  function explain(error: unknown): { text: string; number: string | null } {
    if (error instanceof Unreachable) return { text: t('action.noAnswer'), number: null }
    if (!(error instanceof ApiProblem)) return { text: t('error.screen'), number: null }
    if (error.code === 'already_assigned') {
      const name = error.body['assignee_name']
      return { text: t('action.alreadyAssigned', { name: typeof name === 'string' ? name : t('action.colleague') }), number: null }
    }
    if (error.code === 'stale_version') return { text: t('action.stale'), number: null }
    return { text: error.detail || error.title, number: error.requestId }
  }

  async function refetch(id: number): Promise<void> {
    try {
      entities.takeRequest(await api.get(id))
    } catch (error) {
      if (error instanceof ApiProblem && (error.status === 404 || error.status === 403)) entities.forgetRequest(id)
    }
  }

  async function claim(request: ServiceRequestView): Promise<void> {
    const me = session.operator
    if (!me) return
    const done = await run(request, () => api.assign(request.id, me.id, request.version))
    if (done) notices.show(t('notice.claimed', { number: request.number }), () => void assign(latest(request), null))
  }

  async function assign(request: ServiceRequestView, operatorId: number | null): Promise<boolean> {
    return run(request, () => api.assign(request.id, operatorId, request.version))
  }

  async function transfer(request: ServiceRequestView, operatorId: number, name: string): Promise<boolean> {
    const done = await assign(request, operatorId)
    if (done) notices.show(t('notice.transferred', { number: request.number, name }))
    return done
  }

  async function setStatus(request: ServiceRequestView, status: RequestStatus): Promise<boolean> {
    const before = request.status === 'new' ? 'open' : request.status
    const done = await run(request, () => api.setStatus(request.id, status, request.version))
    if (done) {
      const back = (): void => void run(latest(request), () => api.setStatus(request.id, before, latest(request).version))
      notices.show(t(`notice.status.${status}`, { number: request.number }), before === status ? null : back)
    }
    return done
  }

  function latest(request: ServiceRequestView): ServiceRequestView {
    return entities.state.requests[request.id] ?? request
  }

  return { refusal, claim, transfer, setStatus, dismiss: () => (refusal.value = null) }
}
