/**
 * Finds what must not appear in a public reply without a thought. The server checks again by the same rules
 * (app/workbench/policies.py); this tells the writer while writing.
 */

export type PersonalDataKind = 'phone' | 'id_card' | 'email'

export interface PersonalData {
  kind: PersonalDataKind
  text: string
  /** Where it stands, in UTF-16 units as the text box counts. */
  begin: number
  end: number
}

const PATTERNS: [PersonalDataKind, RegExp][] = [
  ['id_card', /(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)/g],
  ['phone', /(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)/g],
  ['email', /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g],
]
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
  let rest = toHalfWidth(text).replace(PUBLIC, (match) => ' '.repeat(match.length))
  for (const [kind, pattern] of PATTERNS) {
    rest = rest.replace(pattern, (match: string, begin: number, whole: string) => {
      if (kind !== 'phone' || !isOurNumber(whole, begin))
        found.push({ kind, text: match.trim(), begin, end: begin + match.length })
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
  const figures = piece.text.replace(/[^0-9A-Za-z]/g, '')
  const national = piece.kind === 'phone' ? figures.slice(-11) : figures
  const tail = piece.kind === 'phone' ? 4 : 2
  return `${national.slice(0, 3)}${'*'.repeat(national.length - 3 - tail)}${national.slice(-tail)}`
}

function isOurNumber(text: string, begin: number): boolean {
  const before = text.slice(Math.max(0, begin - LOOK_BACK), begin)
  if (CONTACT_WORD.test(before)) return false
  return OUR_NUMBER.test(before) || LETTERS_BEFORE.test(before)
}

/** Full-width figures read the same to a person, so they count the same here. */
function toHalfWidth(text: string): string {
  return text.replace(/[！-～]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
}
