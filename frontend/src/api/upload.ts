/** Bringing a file: its content is the body. The one call that tells how far it has come, and may take minutes. */

import { callHeaders, refusalFrom } from './http'
import { Offline, Unreachable } from './problem'
import type { components } from './types'

export type Attachment = components['schemas']['AttachmentView']

const LONGEST_MS = 5 * 60_000

/**
 * Upload a file; `progress` is told the share that has left, 0..1.
 * @throws ApiProblem when the server refuses it, Offline, Unreachable; AbortError once `signal` says so.
 */
export function uploadFile(
  file: File,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  if (!navigator.onLine) return Promise.reject(new Offline())
  // `fetch` does not tell how much of a body has left.
  const call = new XMLHttpRequest()
  call.open('POST', `/api/v1/attachments?${new URLSearchParams({ name: file.name || 'file' }).toString()}`)
  call.timeout = LONGEST_MS
  for (const [name, value] of Object.entries(callHeaders('POST'))) call.setRequestHeader(name, value)
  call.setRequestHeader('Content-Type', 'application/octet-stream')
  return new Promise((resolve, reject) => {
    call.upload.onprogress = (event): void => progress(event.total > 0 ? event.loaded / event.total : 0)
    call.onload = (): void => {
      if (call.status === 201) resolve(JSON.parse(call.responseText) as Attachment)
      else reject(refusalFrom(call.status, call.responseText))
    }
    call.onerror = call.ontimeout = (): void => reject(new Unreachable(undefined))
    call.onabort = (): void => reject(new DOMException('taken away', 'AbortError'))
    signal.addEventListener('abort', () => call.abort())
    call.send(file)
  })
}
