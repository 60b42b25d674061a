/**
 * The API as the generated types know it: a path, a parameter or a body that the server does not have is an error of the build,
 * and what comes back has the server's type without anybody asserting it.
 */

import createClient from 'openapi-fetch'

import { queryString, transport } from './http'
import type { paths } from './types'

const BASE = '/api/v1'

/** The paths without their common beginning. */
type Paths = { [Path in keyof paths as Path extends `/api/v1${infer Rest}` ? Rest : never]: paths[Path] }

export const client = createClient<Paths>({
  baseUrl: window.location.origin + BASE,
  fetch: transport,
  querySerializer: queryString,
})

/** The body of an answer. Refusals were thrown before (`http.ts`). */
export async function body<Data>(call: Promise<{ data?: Data }>): Promise<Exclude<Data, undefined>> {
  return (await call).data as Exclude<Data, undefined>
}

/** For calls that answer with nothing. */
export async function noBody(call: Promise<unknown>): Promise<void> {
  await call
}
