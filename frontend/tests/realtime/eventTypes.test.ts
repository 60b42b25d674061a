// @vitest-environment node
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

// @ts-expect-error -- a build script without types
import { eventTypes, TARGET } from '../../scripts/eventTypes.mjs'

it('the event types are those of the document (npm run types writes them anew)', async () => {
  const made = (await (eventTypes as () => Promise<string>)()).trim()
  expect(readFileSync(TARGET as string, 'utf8').trim() === made).toBe(true)
})
