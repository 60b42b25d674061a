/**
 * How a call leaves the browser and comes back: CSRF header, language, time limit, retries of reads, refusals as errors. The
 * typed client (`client.ts`) sends everything through `transport`.
 */

import { ApiProblem, isTransient, Offline, Unreachable, type ProblemBody } from './problem'

const TIMEOUT_MS = 15_000
const READ_RETRY_DELAYS_MS = [400, 1200]

const settings = {
  csrfToken: '',
  language: 'zh-CN',
  onSignedOut: (): void => undefined,
}

export function setCsrfToken(token: string): void {
  settings.csrfToken = token
}

export function setLanguage(language: string): void {
  settings.language = language
}

/** Called whenever the server says that the cookie no longer names a session. */
export function onSignedOut(callback: () => void): void {
  settings.onSignedOut = callback
}

/**
 * Send a request; the answer is always a success.
 * @throws ApiProblem when the server refuses, Offline when there is no network, Unreachable when no answer arrives in 15 s.
 */
export async function transport(request: Request): Promise<Response> {
  const delays = request.method === 'GET' ? READ_RETRY_DELAYS_MS : []
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once(request)
    } catch (error) {
      const delay = delays[attempt]
      if (delay === undefined || !isTransient(error) || !navigator.onLine || request.signal.aborted)
        throw error
      await new Promise((resolve) => setTimeout(resolve, delay * (0.75 + Math.random() / 2)))
    }
  }
}

async function once(request: Request): Promise<Response> {
  const response = await send(request)
  if (response.ok) return response
  throw refused(new ApiProblem(response.status, await problemBody(response)))
}

function refused(problem: ApiProblem): ApiProblem {
  if (problem.status === 401 && problem.code !== 'login_failed') settings.onSignedOut()
  return problem
}

/** The refusal that an answer is, for a call that did not go through `transport`. */
export function refusalFrom(status: number, text: string): ApiProblem {
  try {
    return refused(new ApiProblem(status, JSON.parse(text) as ProblemBody))
  } catch {
    // A proxy in between answers with HTML; the status alone has to do.
    return refused(new ApiProblem(status, {}))
  }
}

/** What every call of ours carries. */
export function callHeaders(method: string): Record<string, string> {
  return {
    Accept: 'application/json, application/problem+json',
    'Accept-Language': settings.language,
    ...(method === 'GET' ? {} : { 'X-CSRF-Token': settings.csrfToken }),
  }
}

async function send(request: Request): Promise<Response> {
  // Nothing leaves the machine, so it is certain that nothing was done.
  if (!navigator.onLine) throw new Offline()
  for (const [name, value] of Object.entries(callHeaders(request.method))) request.headers.set(name, value)
  const limit = AbortSignal.timeout(TIMEOUT_MS)
  try {
    return await fetch(request, {
      credentials: 'same-origin',
      signal: AbortSignal.any([request.signal, limit]),
    })
  } catch (error) {
    throw request.signal.aborted ? error : new Unreachable(error)
  }
}

async function problemBody(response: Response): Promise<ProblemBody> {
  try {
    return (await response.json()) as ProblemBody
  } catch {
    // A proxy in between answers with HTML; the status alone has to do.
    return { request_id: response.headers.get('X-Request-ID') ?? undefined }
  }
}

/** `a=1&b=2`, leaving out what is null, undefined, false or empty. */
export function queryString(query: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === false || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, written(one))
  }
  return params.toString()
}

function written(value: unknown): string {
  if (typeof value === 'string') return value
  return value === true ? '1' : JSON.stringify(value)
}
