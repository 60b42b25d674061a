/** Work is moved by dropping a request upon a person or a queue: through the acts of the workbench, whose refusals are shown. */

import { computed, onBeforeUnmount, ref, shallowRef } from 'vue'

import type { ServiceRequestView } from '@/api/contract'
import { useRequestActions } from '@/features/workbench/requestActions'
import { useSession } from '@/stores/session'
import type { FloorPerson, FloorQueue } from './api'
import { keyOf } from './floorModel'

export function useFloorMoves(after: () => void) {
  const actions = useRequestActions()
  const session = useSession()
  const held = shallowRef<ServiceRequestView | null>(null)
  const over = ref('')
  const mayMove = computed(() => session.may('service_requests:assign'))

  /** In whose sight it waits there: a pool's keeps its own. */
  const teamOf = (queue: FloorQueue, request: ServiceRequestView) => queue.team ?? request.team

  const named = ({ queue_id: id, name }: FloorQueue) => (id === null ? null : { id, name: name ?? '' })

  const takesPerson = ({ id }: FloorPerson): boolean => held.value !== null && held.value.assignee?.id !== id
  const takesQueue = (queue: FloorQueue): boolean => held.value !== null && teamOf(queue, held.value) !== null

  function lift(request: ServiceRequestView): void {
    if (mayMove.value) held.value = request
  }

  function letGo(): void {
    held.value = null
    over.value = ''
  }

  async function give(person: FloorPerson): Promise<void> {
    const request = held.value
    letGo()
    if (request && (await actions.transfer(request, person.id, person.name))) after()
  }

  async function queueUp(queue: FloorQueue): Promise<void> {
    const request = held.value
    letGo()
    const team = request && teamOf(queue, request)
    if (!request || !team) return
    if (queue.queue_id === null && team.id === request.team?.id) await actions.giveBack(request)
    else await actions.move(request, team, named(queue))
    after()
  }

  function overPerson(event: DragEvent, person: FloorPerson): void {
    if (!takesPerson(person)) return
    event.preventDefault()
    over.value = `p${String(person.id)}`
  }

  function overQueue(event: DragEvent, queue: FloorQueue): void {
    if (!takesQueue(queue)) return
    event.preventDefault()
    over.value = `q${keyOf(queue)}`
  }

  onBeforeUnmount(() => actions.dismiss())
  return { held, over, mayMove, lift, letGo, give, queueUp, overPerson, overQueue, takesQueue, ...actions }
}
