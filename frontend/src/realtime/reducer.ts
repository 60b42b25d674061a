/**
 * Live events applied to the entities on screen. The result depends only on which events were applied, never on their order or
 * on how often each one came: an entity is replaced by a newer version only, and a withdrawal is compared with the newest
 * sequence number that showed the entity.
 *
 * A kind that has a table needs no code of its own: whatever event carries it in the field named after it, it is put there, and
 * `<kind>.withdrawn` takes it out. What an event says besides is for whoever subscribes to its name.
 */

import type { Kind, ServerEvent, Withdrawn } from '@/api/events'
import type { components } from '@/api/types'

type Schemas = components['schemas']

/** The kinds whose entities are kept, by the payload field (and `about`) that names them. */
export interface Tables {
  service_request: Schemas['ServiceRequestView']
  message: Schemas['MessageView']
  account: Schemas['AccountView']
  topic: Schemas['TopicView']
  alert: Schemas['AlertView']
  publication: Schemas['PublicationView']
  long_work: Schemas['LongWorkView']
}
export type TableKind = keyof Tables

/** What is special about a kind. The compiler asks for an entry for each of `Tables`; all else follows from these two. */
interface Particulars<Name extends TableKind> {
  /** A read knows more than an event of the same version: a request carries what this reader has not read. */
  readKnowsMore?: true
  /** What an event leaves out because not everybody who hears it may know it: null there says nothing. */
  withheld?: readonly (keyof Tables[Name])[]
}

const PARTICULARS: { [Name in TableKind]: Particulars<Name> } = {
  service_request: { readKnowsMore: true },
  message: {},
  account: { withheld: ['callback_path', 'settings'] },
  topic: {},
  alert: {},
  publication: {},
  long_work: {},
}
export const TABLES = Object.keys(PARTICULARS) as readonly TableKind[]

type Held = { [Name in TableKind]: Record<number, Tables[Name]> }

export interface Entities extends Held {
  /** By operator; an event says only what changed of a person, so the newest event counts. */
  presence: Record<number, Schemas['Presence']>
  presenceAt: Record<number, number>
  /** By `kind:id`: the newest sequence number that showed it, and that withdrew it. */
  shownAt: Record<string, number>
  withdrawnAt: Record<string, number>
}

export function emptyEntities(): Entities {
  const held = Object.fromEntries(TABLES.map((kind) => [kind, {}])) as Held
  return { ...held, presence: {}, presenceAt: {}, shownAt: {}, withdrawnAt: {} }
}

export interface Entity {
  kind: Kind
  id: number
}

/** What happened to the state, so that a screen can refresh just that. */
export interface Change {
  /** The event itself, narrowed by its name; null for what a call answered. */
  event: ServerEvent | null
  shown: Entity[]
  withdrawn: Entity | null
}

export function applyEvent(state: Entities, event: ServerEvent): Change {
  if (isWithdrawal(event)) return withdraw(state, event)
  if (event.name === 'operator.presence_changed') {
    const { operator_id: id, presence } = event.payload
    if (event.seq > (state.presenceAt[id] ?? 0)) {
      state.presenceAt[id] = event.seq
      state.presence[id] = presence
    }
  }
  return { event, shown: showAll(state, event), withdrawn: null }
}

function showAll(state: Entities, event: ServerEvent): Entity[] {
  const carried = event.payload as Partial<{ [Name in TableKind]: Tables[Name] | null }>
  return TABLES.flatMap((kind) => {
    const view = carried[kind]
    if (!view) return []
    show(state, kind, view, event.seq)
    return [{ kind, id: view.id }]
  })
}

function isWithdrawal(event: ServerEvent): event is Withdrawn {
  return event.name.endsWith('.withdrawn')
}

function withdraw(state: Entities, event: Withdrawn): Change {
  const { id } = event.payload
  const kind = event.name.slice(0, -'.withdrawn'.length) as Kind
  const place = `${kind}:${id}`
  const change: Change = { event, shown: [], withdrawn: { kind, id } }
  if (event.seq > (state.withdrawnAt[place] ?? 0)) state.withdrawnAt[place] = event.seq
  if (event.seq <= (state.shownAt[place] ?? 0)) return { ...change, withdrawn: null }
  if (isTable(kind)) forget(state, kind, id)
  return change
}

function isTable(kind: Kind): kind is TableKind {
  return (TABLES as readonly string[]).includes(kind)
}

function show<Name extends TableKind>(state: Entities, kind: Name, view: Tables[Name], seq: number): void {
  const place = `${kind}:${view.id}`
  if (seq <= (state.withdrawnAt[place] ?? 0)) return
  if (seq > (state.shownAt[place] ?? 0)) state.shownAt[place] = seq
  const held = state[kind][view.id]
  if (held?.version === view.version && PARTICULARS[kind].readKnowsMore) return
  put(state, kind, view)
}

/**
 * Put an entity that came from a read or an answer. What was read counts as true unless an event already brought something
 * newer; an equal version replaces too.
 */
export function put<Name extends TableKind>(state: Entities, kind: Name, view: Tables[Name]): void {
  const table = state[kind] as Record<number, Tables[Name]>
  const held = table[view.id]
  table[view.id] = !held || view.version >= held.version ? filled(kind, view, held) : filled(kind, held, view)
}

/** The newer of two views of one entity, with what only the other one was told. */
function filled<Name extends TableKind>(
  kind: Name,
  view: Tables[Name],
  other: Tables[Name] | undefined,
): Tables[Name] {
  const missing = (PARTICULARS[kind].withheld ?? []).filter(
    (field) => view[field] === null && other && other[field] !== null,
  )
  if (!other || missing.length === 0) return view
  return { ...view, ...Object.fromEntries(missing.map((field) => [field, other[field]])) }
}

export function forget(state: Entities, kind: TableKind, id: number): void {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- tables are keyed by id
  delete state[kind][id]
}
