/** `src/api/events.ts` from `docs/api/events.json`: every event as one member of a union that its name tells apart. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL, URL } from 'node:url'

import openapiTS, { astToString } from 'openapi-typescript'

const DOCUMENT = fileURLToPath(new URL('../../docs/api/events.json', import.meta.url))
export const TARGET = fileURLToPath(new URL('../src/api/events.ts', import.meta.url))

/** The text of the file that the document asks for. */
export async function eventTypes() {
  const { events, kinds, $defs } = JSON.parse(readFileSync(DOCUMENT, 'utf8'))
  const moved = JSON.stringify($defs).replaceAll('#/$defs/', '#/components/schemas/')
  const api = {
    openapi: '3.1.0',
    info: { title: 'events', version: '1' },
    paths: {},
    components: { schemas: JSON.parse(moved) },
  }
  const types = astToString(await openapiTS(api, { defaultNonNullable: true, silent: true }))
  const names = Object.keys(events).sort()
  const schema = (name) => events[name].payload.$ref.split('/').at(-1)
  return [
    '/** Made by scripts/eventTypes.mjs from docs/api/events.json; not to be changed by hand. */\n',
    types.slice(types.indexOf('export interface components')).split('export type $defs')[0].trimEnd(),
    '\nexport interface EventPayloads {',
    ...names.map((name) => `  '${name}': components['schemas']['${schema(name)}']`),
    '}\n',
    `export const EVENT_NAMES = [\n${names.map((name) => `  '${name}',`).join('\n')}\n] as const\n`,
    `export const KINDS = [\n${Object.keys(kinds)
      .sort()
      .map((kind) => `  '${kind}',`)
      .join('\n')}\n] as const\n`,
    'export type Kind = (typeof KINDS)[number]\n',
    'interface At { seq: number; occurred_at: string }\n',
    'export type Withdrawn = At & { name: `${Kind}.withdrawn`; payload: { id: number } }\n',
    'type Declared = { [Name in keyof EventPayloads]: At & { name: Name; payload: EventPayloads[Name] } }\n',
    '/** Whatever the server tells. */',
    'export type ServerEvent = Declared[keyof EventPayloads] | Withdrawn\n',
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeFileSync(TARGET, await eventTypes())
