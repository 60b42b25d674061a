/** Length of a reply by the rule of the platform it goes to. */

import type { LengthUnit } from '@/api/contract'

const URL_PATTERN = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/g
/** Weibo turns every link into a t.cn address; it counts as ten characters. */
const WEIBO_URL_LENGTH = 10
const encoder = new TextEncoder()

/** Length of `text` in `unit`, a whole number. */
export function measure(text: string, unit: LengthUnit): number {
  switch (unit) {
    case 'weibo_140':
      return weiboLength(text)
    case 'utf8_bytes':
      return encoder.encode(text).length
    case 'characters':
      return Array.from(text).length
  }
}

/** A full-width character is 1, a half-width one 0.5, a link 10; the sum is rounded up. */
function weiboLength(text: string): number {
  const links = text.match(URL_PATTERN) ?? []
  let half = 0
  for (const character of text.replace(URL_PATTERN, '')) half += character.charCodeAt(0) < 0x80 ? 1 : 2
  return Math.ceil(half / 2) + links.length * WEIBO_URL_LENGTH
}
