import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { body, client, noBody } from '@/api/client'
import { requests, session } from '@/api/endpoints'
import { onSignedOut, queryString, setCsrfToken } from '@/api/http'
import { ApiProblem, Offline, Unreachable } from '@/api/problem'

let server: Server
let seen: { method: string; url: string; csrf: string | undefined; body: string }[]
let answers: { status: number; body?: unknown }[]
const realFetch = globalThis.fetch

async function read(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

beforeEach(async () => {
  seen = []
  answers = []
  server = createServer((request, response) => {
    void read(request).then((body) => {
      seen.push({
        method: request.method ?? '',
        url: request.url ?? '',
        csrf: request.headers['x-csrf-token'] as string | undefined,
        body,
      })
      const answer = answers.shift() ?? { status: 200, body: {} }
      response.writeHead(answer.status, { 'Content-Type': 'application/json' })
      response.end(answer.status === 204 ? undefined : JSON.stringify(answer.body ?? {}))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  // The page's own address has nobody behind it here.
  globalThis.fetch = async (input, init) => {
    const asked = input as Request
    const { pathname, search } = new URL(asked.url)
    const text = await asked.text()
    return realFetch(`http://127.0.0.1:${port}${pathname}${search}`, {
      method: asked.method,
      headers: asked.headers,
      body: text === '' ? null : text,
      signal: init?.signal ?? null,
    })
  }
})

afterEach(() => {
  globalThis.fetch = realFetch
  server.close()
})

describe('a call', () => {
  it('carries the CSRF token when it writes, and only then', async () => {
    setCsrfToken('token-1')
    await session.get()
    await session.setPresence('busy', '')
    expect(seen.map((one) => one.csrf)).toEqual([undefined, 'token-1'])
    expect(seen[1]?.body).toBe('{"presence":"busy","reason":""}')
  })

  it('turns a refusal into a problem with the number to quote', async () => {
    answers = [
      {
        status: 409,
        body: { code: 'already_assigned', detail: '已被接入', request_id: 'r-7', assignee_name: '李雷' },
      },
    ]
    const error = await requests.assign(5, 3, 1).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ApiProblem)
    expect(error).toMatchObject({
      status: 409,
      code: 'already_assigned',
      requestId: 'r-7',
      body: { assignee_name: '李雷' },
    })
  })

  it('reads again after a hiccup of the gateway, but never writes again by itself', async () => {
    answers = [{ status: 503 }, { status: 200, body: { ok: true } }]
    expect(await session.get()).toEqual({ ok: true })
    answers = [{ status: 503 }]
    await expect(session.open('a', 'b')).rejects.toBeInstanceOf(ApiProblem)
    expect(seen.map((one) => one.method)).toEqual(['GET', 'GET', 'POST'])
  })

  it('says so when nobody answers', async () => {
    globalThis.fetch = () => realFetch('http://127.0.0.1:1/')
    await expect(session.open('a', 'b')).rejects.toBeInstanceOf(Unreachable)
  })

  it('does not even start without a network, and says that', async () => {
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    await expect(session.open('a', 'b')).rejects.toBeInstanceOf(Offline)
    expect(seen).toEqual([])
  })

  it('ends quietly when the screen that asked is gone', async () => {
    const controller = new AbortController()
    controller.abort()
    const error = await requests.list({ view: 'mine' }, controller.signal).catch((caught: unknown) => caught)
    expect(error).not.toBeInstanceOf(Unreachable)
    expect(error).toMatchObject({ name: 'AbortError' })
  })

  it('writes the parts of an address as the server reads them', async () => {
    await requests.get(7)
    await requests.list({ view: 'mine', unread: true, account_id: null, q: '断网 了' })
    answers = [{ status: 204 }]
    await noBody(client.DELETE('/session'))
    expect(seen.map((one) => `${one.method} ${one.url}`)).toEqual([
      'GET /api/v1/service-requests/7',
      'GET /api/v1/service-requests?view=mine&unread=1&q=%E6%96%AD%E7%BD%91+%E4%BA%86',
      'DELETE /api/v1/session',
    ])
  })

  it('tells the application when the session is over, but not when a login failed', async () => {
    let ended = 0
    onSignedOut(() => (ended += 1))
    answers = [
      { status: 401, body: { code: 'login_failed' } },
      { status: 401, body: { code: 'unauthenticated' } },
    ]
    await session.open('a', 'b').catch(() => undefined)
    expect(ended).toBe(0)
    await body(client.GET('/accounts')).catch(() => undefined)
    expect(ended).toBe(1)
  })
})

it('repeats the name for each member of a list, and leaves an empty list out', () => {
  expect(queryString({ a: [], b: ['one', 'two words'], c: [3] })).toBe('b=one&b=two+words&c=3')
})

it('leaves empty conditions out of the address', () => {
  expect(queryString({ a: 1, b: null, c: '', d: false, e: true, f: '断网 了' })).toBe(
    'a=1&e=1&f=%E6%96%AD%E7%BD%91+%E4%BA%86',
  )
})
