/** The one place that calls `fetch`: CSRF header, language, time limit, problems as errors, retries of reads. */

import { ApiProblem, isTransient, Unreachable, type ProblemBody } from './problem'

const BASE = '/api/v1'
const TIMEOUT_MS = 15_000
const READ_RETRY_DELAYS_MS = [400, 1200]

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
export type Query = Record<string, string | number | boolean | null | undefined>

interface Options {
  query?: Query
  body?: unknown
  signal?: AbortSignal
}

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
 * Call the API and return the decoded body (`undefined` for 204).
 * @throws ApiProblem when the server refuses, Unreachable when no answer arrives in 15 s.
 */
export async function call<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const delays = method === 'GET' ? READ_RETRY_DELAYS_MS : []
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once<T>(method, path, options)
    } catch (error) {
      const delay = delays[attempt]
      if (delay === undefined || !isTransient(error) || !navigator.onLine || options.signal?.aborted) throw error
      await new Promise((resolve) => setTimeout(resolve, delay * (0.75 + Math.random() / 2)))
    }
  }
}

async function once<T>(method: Method, path: string, options: Options): Promise<T> {
  const response = await send(method, path, options)
  if (response.status === 204) return undefined as T
  if (response.ok) return (await response.json()) as T
  const problem = new ApiProblem(response.status, await problemBody(response))
  if (problem.status === 401 && problem.code !== 'login_failed') settings.onSignedOut()
  throw problem
}

async function send(method: Method, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: 'application/json, application/problem+json',
    'Accept-Language': settings.language,
  }
  if (method !== 'GET') headers['X-CSRF-Token'] = settings.csrfToken
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  const limit = AbortSignal.timeout(TIMEOUT_MS)
  try {
    return await fetch(BASE + path + queryString(options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
    })
  } catch (error) {
    throw options.signal?.aborted ? error : new Unreachable(error)
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

/** `?a=1&b=2`, leaving out what is null, undefined, false or empty. */
export function queryString(query: Query | undefined): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null || value === undefined || value === false || value === '') continue
    params.set(name, value === true ? '1' : String(value))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}
