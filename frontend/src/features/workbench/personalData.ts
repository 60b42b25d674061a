/**
 * Finds what must not appear in a public reply without a thought. The server checks again by the same rules
 * (app/workbench/policies.py); this tells the writer while writing.
 */

export type PersonalDataKind = 'phone' | 'id_card' | 'bank_card' | 'email'

export interface PersonalData {
  kind: PersonalDataKind
  text: string
  /** Where it stands, in UTF-16 units as the text box counts. */
  begin: number
  end: number
}

/** Between figures: what people write or hide them with. */
const GAP = '[\\s.·•_/–—-]{0,3}'
/** Between the usual groups of a phone number, or where each figure stands alone: what is neither letter nor figure. */
const ANY = '[^\\p{L}\\p{N}\\n]{1,3}'
const PATTERNS: [PersonalDataKind, RegExp][] = [
  [
    'id_card',
    new RegExp(
      `(?<!\\d)[1-9](?:${GAP}\\d){5}${GAP}(?:1${GAP}[89]|2${GAP}0)(?:${GAP}\\d){2}${GAP}(?:0${GAP}[1-9]|1${GAP}[0-2])` +
        `${GAP}(?:0${GAP}[1-9]|[12]${GAP}\\d|3${GAP}[01])(?:${GAP}\\d){3}${GAP}[\\dXx](?!\\d)`,
      'g',
    ),
  ],
  ['bank_card', new RegExp(`(?<!\\d)[3-6](?:${GAP}\\d){14,18}(?!${GAP}\\d)`, 'g')],
  [
    'phone',
    new RegExp(
      `(?<!\\d)(?:(?:\\+|00)?86${GAP})?(?:1${GAP}[3-9](?:${GAP}\\d){9}|1[3-9]\\d${ANY}\\d{4}${ANY}\\d{4}|1${ANY}[3-9](?:${ANY}\\d){9})(?!\\d)`,
      'gu',
    ),
  ],
  ['email', /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g],
]
const FIGURES = new Map([
  ...Array.from('〇零○⓪').map((sign) => [sign, '0'] as const),
  ...['一二三四五六七八九', '壹贰叁肆伍陆柒捌玖', '①②③④⑤⑥⑦⑧⑨'].flatMap((signs) =>
    Array.from(signs).map((sign, at) => [sign, String(at + 1)] as const),
  ),
  ['幺', '1'],
  ['两', '2'],
])
/** Links, and handles with their server: public by their nature. */
const PUBLIC =
  /(?:https?:\/\/|www\.)[!#-;=?-~]+|(?<![A-Za-z0-9.])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\/[!#-;=?-~]*|(?<![\w.%+-])@[\w.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/gi
/** What stands before a number that we gave ourselves. */
const OUR_NUMBER =
  /(?:(?:订单|工单|运单|流水)(?:编?号码?|单号)?|(?:单据|快递|物流|受理|投诉|报修|案件|业务|交易|发票|合同|预约|服务)(?:编?号|单号?)|单号|编号|序号|工号|(?<![a-z])(?:order|ticket|case|tracking|invoice|reference|ref|no\.?)|#)(?:\s?(?:number|no\.?|id))?\s{0,2}(?:是|为|[:：#＃])?\s{0,2}[a-z]{0,4}-?$/i
const CONTACT_WORD = /(?:电话|手机|联系|tel|phone|mobile|call|vx|wx|qq)[^\p{L}\p{N}_]{0,2}[A-Za-z]{0,4}-?$/iu
const LETTERS_BEFORE = /[A-Za-z]{1,6}-?$/
const LOOK_BACK = 24

/** Every phone number, identity card number and e-mail address in `text`, in order. */
export function findPersonalData(text: string): PersonalData[] {
  const found: PersonalData[] = []
  let rest = asRead(text).replace(PUBLIC, (match) => ' '.repeat(match.length))
  for (const [kind, pattern] of PATTERNS) {
    rest = rest.replace(pattern, (match: string, begin: number, whole: string) => {
      if (!isMeant(kind, match, whole, begin)) return match
      const end = begin + match.length
      found.push({ kind, text: text.slice(begin, end).trim(), begin, end })
      return ' '.repeat(match.length)
    })
  }
  return found.sort((left, right) => left.begin - right.begin)
}

/** The text with every piece shortened so that only who knows it recognises it: 138****5678. */
export function maskPersonalData(text: string): string {
  let done = 0
  let masked = ''
  for (const piece of findPersonalData(text)) {
    masked += text.slice(done, piece.begin) + maskOf(piece)
    done = piece.end
  }
  return masked + text.slice(done)
}

function maskOf(piece: PersonalData): string {
  if (piece.kind === 'email') {
    const [name = '', server = ''] = piece.text.split('@')
    return `${name.slice(0, 1)}***@${server}`
  }
  const figures = asRead(piece.text).replace(/[^0-9A-Za-z]/g, '')
  const national = piece.kind === 'phone' ? figures.slice(-11) : figures
  const tail = piece.kind === 'phone' ? 4 : 2
  return `${national.slice(0, 3)}${'*'.repeat(national.length - 3 - tail)}${national.slice(-tail)}`
}

function isMeant(kind: PersonalDataKind, match: string, whole: string, begin: number): boolean {
  if (kind === 'bank_card') return sumIsRight(match) && !isOurNumber(whole, begin)
  return kind !== 'phone' || !isOurNumber(whole, begin)
}

/** The last figure of a bank card follows from the others. */
function sumIsRight(card: string): boolean {
  const figures = Array.from(card.replace(/\D/g, '')).reverse().map(Number)
  const sum = figures.reduce(
    (all, figure, at) => all + (at % 2 ? figure * 2 - (figure > 4 ? 9 : 0) : figure),
    0,
  )
  return sum % 10 === 0
}

function isOurNumber(text: string, begin: number): boolean {
  const before = text.slice(Math.max(0, begin - LOOK_BACK), begin)
  if (CONTACT_WORD.test(before)) return false
  return OUR_NUMBER.test(before) || LETTERS_BEFORE.test(before)
}

/** Figures as people read them, each one sign: full width the same, `幺三八` as 138. */
function asRead(text: string): string {
  return text
    .replace(/[！-～]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(
      /[〇零○⓪一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖①-⑨]/g,
      (character) => FIGURES.get(character) ?? character,
    )
}
