/** Length of a reply by the rule of the platform it goes to; the same rules as the adapters on the server. */

const URL_PATTERN = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/g
/** Weibo turns every link into a t.cn address; it counts as ten characters. */
const WEIBO_URL_LENGTH = 10
/** Mastodon counts every link as 23 and a remote mention without its domain. */
const MASTODON_URL_LENGTH = 23
const REMOTE_MENTION = /(@[\w]+)@[\w.-]+\w/g
/** Broader than Weibo's: Mastodon takes everything up to a space for an address. */
const MASTODON_URL = /https?:\/\/[^\s<>"]+/g
const encoder = new TextEncoder()
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })

/** Length of `text` in `unit`, a whole number. */
export function measure(text: string, unit: string): number {
  switch (unit) {
    case 'half_up':
    case 'weibo_140':
      return weiboLength(text)
    case 'utf8_bytes':
      return encoder.encode(text).length
    case 'graphemes':
      return mastodonLength(text)
    default:
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

function mastodonLength(text: string): number {
  const shortened = text.replace(MASTODON_URL, 'x'.repeat(MASTODON_URL_LENGTH)).replace(REMOTE_MENTION, '$1')
  return [...graphemes.segment(shortened)].length
}

/** Bytes of a Chinese character; whoever writes thinks in characters, whatever the platform counts. */
const BYTES_PER_CHARACTER = 3

/** A length of the platform's unit in characters, roughly where the unit is another. */
export function asCharacters(length: number, unit: string): number {
  return unit === 'utf8_bytes' ? Math.ceil(length / BYTES_PER_CHARACTER) : length
}
