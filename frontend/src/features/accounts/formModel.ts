/** Account forms drawn from a platform's schema: first values, what is sent, which field a refusal belongs to. */

import type { FormFieldView } from '@/features/platforms/api'

export type FieldValue = string | boolean
export type Values = Record<string, FieldValue>

/** The credential that the platform's consent page fills in. */
export const GIVEN_BY_CONSENT = 'access_token'

function typeOf(field: FormFieldView): 'boolean' | 'number' | 'list' | 'text' {
  if (Array.isArray(field.default)) return 'list'
  if (typeof field.default === 'boolean') return 'boolean'
  return typeof field.default === 'number' ? 'number' : 'text'
}

/** What the fields show at first: what is stored, else the default. Secrets are never stored in a browser. */
export function firstValues(fields: FormFieldView[], stored: Record<string, unknown> = {}): Values {
  return Object.fromEntries(
    fields.map((field) => {
      const value = field.secret ? '' : (stored[field.name] ?? field.default)
      if (Array.isArray(value)) return [field.name, value.join(', ')]
      return [
        field.name,
        typeof value === 'boolean' || typeof value === 'string'
          ? value
          : typeof value === 'number'
            ? String(value)
            : '',
      ]
    }),
  )
}

/** Settings as the server types them; a text that is no number is sent as it is, so that the server names the field. */
export function settingsOf(fields: FormFieldView[], values: Values): Record<string, unknown> {
  const pairs = fields.map((field): [string, unknown] => {
    const value = values[field.name] ?? ''
    if (typeof value === 'boolean') return [field.name, value]
    // Items between commas, full-width ones too, or spaces; none is an empty list, not what was stored before.
    if (typeOf(field) === 'list') return [field.name, value.split(/[,，、\s]+/).filter((item) => item !== '')]
    if (typeOf(field) !== 'number') return [field.name, value]
    return [field.name, value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value]
  })
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''))
}

/** Settings of a new account: what nobody touched is left to the server, which knows what a known account had. */
export function chosenSettings(fields: FormFieldView[], values: Values): Record<string, unknown> {
  const defaults = firstValues(fields)
  return settingsOf(
    fields.filter((field) => values[field.name] !== defaults[field.name]),
    values,
  )
}

/** Only what was filled in: an empty field keeps what is stored. */
export function credentialsOf(values: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()]] : [],
    ),
  )
}

/** Names of required fields that are empty. The consent page's own field may stay empty where there is such a page. */
export function missing(fields: FormFieldView[], values: Values, canAuthorise: boolean): string[] {
  return fields
    .filter((field) => field.required && !(canAuthorise && field.name === GIVEN_BY_CONSENT))
    .map((field) => field.name)
    .filter((name) => String(values[name] ?? '').trim() === '')
}

/** The refusals of one part of the form (`credentials.app_key` → `app_key`). */
export function problemsOf(fields: Record<string, string>, part: string): Record<string, string> {
  const found = Object.entries(fields).filter(([path]) => path.startsWith(`${part}.`))
  return Object.fromEntries(found.map(([path, text]) => [path.slice(part.length + 1), text]))
}

/** Hosts that were changed or must be given. */
export function hostsOf(
  values: Record<string, string>,
  known: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([name, value]) => value.trim() !== '' && value.trim() !== known[name])
      .map(([name, value]) => [name, value.trim()]),
  )
}

/** Where the browser may be sent for consent: only to a web address. */
export function consentAddress(address: string, here: string): string | null {
  if (!URL.canParse(address, here)) return null
  const url = new URL(address, here)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null
}
