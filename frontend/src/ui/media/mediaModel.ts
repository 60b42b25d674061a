/** What can be done with a medium, from how far our copy of it has come. */

import type { components } from '@/api/types'

export type Medium = components['schemas']['MediaView']

/** shown: here; file: offered for download; coming: on its way; ask: asking for it can help; none: cannot be had. */
export type Standing = 'shown' | 'file' | 'coming' | 'ask' | 'none'

export function standing(medium: Medium): Standing {
  if (medium.state === 'ready') return medium.can_show ? 'shown' : 'file'
  if (medium.can_ask) return 'ask'
  return medium.state === 'waiting' ? 'coming' : 'none'
}

export const isPicture = (medium: Medium): boolean => medium.kind === 'image'
export const isSound = (medium: Medium): boolean => medium.kind === 'voice' || medium.kind === 'audio'

const KNOWN = [
  'image',
  'voice',
  'audio',
  'video',
  'file',
  'location',
  'link',
  'mini_program',
  'poll',
  'unknown',
] as const
type Known = (typeof KNOWN)[number]

/** The kind as far as there is a word for it. */
export function knownKind(kind: string): Known {
  return KNOWN.find((known) => known === kind) ?? 'unknown'
}

/**
 * A message's own words: without those that only say what hangs on it, which adapters write so that it can be found
 * (a place's name, `[文件] name`, a link's title and address).
 */
export function ownWords(text: string, media: readonly Medium[]): string {
  const said = text.trim()
  return media.some((medium) => saidBy(medium).includes(said) || saidOfUnknown(medium, said)) ? '' : text
}

/** `[设备消息] aGVsbG8=`: what an adapter writes for a type that it cannot read; the card says it in words. */
const NAMED = /^\[[^\]]{1,40}\]\s*/

function saidOfUnknown(medium: Medium, said: string): boolean {
  const left = said.replace(NAMED, '')
  return medium.kind === 'unknown' && left !== said && left === (medium.description ?? '').trim()
}

/** The type as far as there is a word for it; platforms invent new ones. */
const SORTS = ['device_text', 'music', 'news', 'card', 'emotion', 'red_packet'] as const

export function knownSort(type: string | null): (typeof SORTS)[number] | 'other' {
  return SORTS.find((known) => known === type) ?? 'other'
}

function saidBy(medium: Medium): string[] {
  const { kind, title, description, name, link } = medium
  if (kind === 'location') return [title, description].filter((words) => words !== null)
  if (kind === 'mini_program') return title === null ? [] : [title]
  if (kind === 'link') return [[title, description, link].filter((words) => words !== null).join('\n')]
  return kind === 'file' ? [`[文件] ${name ?? ''}`.trim()] : []
}

/** Coordinates as people copy them into a map. */
export function coordinates(medium: Medium): string | null {
  if (medium.latitude === null || medium.longitude === null) return null
  return `${medium.latitude.toFixed(6)}, ${medium.longitude.toFixed(6)}`
}

const STEPS = ['B', 'KB', 'MB', 'GB'] as const

export function sizeText(bytes: number | null): string {
  if (bytes === null) return ''
  let step = 0
  let value = bytes
  while (value >= 1024 && step < STEPS.length - 1) {
    value /= 1024
    step += 1
  }
  return `${step === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${STEPS[step]}`
}

export function lengthText(seconds: number | null): string {
  if (seconds === null) return ''
  const whole = Math.max(1, Math.round(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
