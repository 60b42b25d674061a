/** Failures of a call, told apart by what the screen should do about them. */

import type { Right } from './contract'

export interface ProblemBody {
  title?: string
  detail?: string
  status?: number
  code?: string
  request_id?: string
  fields?: Record<string, string>
  /** The right that was missing. */
  permission?: Right
  [extra: string]: unknown
}

/** The server answered with a refusal (`application/problem+json`). `detail` is already in the reader's language. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string | null
  readonly fields: Record<string, string>
  readonly body: ProblemBody

  constructor(status: number, body: ProblemBody) {
    super(body.title ?? `HTTP ${status}`)
    this.name = 'ApiProblem'
    this.status = status
    this.code = body.code ?? 'unexpected'
    this.title = body.title ?? ''
    this.detail = body.detail ?? ''
    this.requestId = body.request_id ?? null
    this.fields = body.fields ?? {}
    this.body = body
  }

  /** Seconds the server asks to wait, when it said so. */
  get retryAfter(): number | null {
    const seconds = Number(this.body['retry_after'])
    return Number.isFinite(seconds) && seconds > 0 ? seconds : null
  }
}

/** The request may or may not have reached the server: no answer arrived. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('no answer from the server', { cause })
    this.name = 'Unreachable'
  }
}

/** The browser has no network, so the request never left: nothing happened. */
export class Offline extends Unreachable {
  constructor() {
    super(undefined)
    this.name = 'Offline'
  }
}

const GATEWAY_STATUSES = new Set([502, 503, 504])

/** True when trying the same call again later may help and nothing is known to be wrong with the call itself. */
export function isTransient(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiProblem && GATEWAY_STATUSES.has(error.status))
}

/** What was asked for is not there for this person, or no longer. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 403 || error.status === 404)
}

export function hasCode(error: unknown, code: string): error is ApiProblem {
  return error instanceof ApiProblem && error.code === code
}
