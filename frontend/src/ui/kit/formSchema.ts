/** A command's JSON schema as the fields of a form. Pure: what is asked, in which kind of field, and what is sent. */

export interface Schema {
  type?: string
  title?: string
  description?: string
  enum?: readonly (string | number)[]
  default?: unknown
  maxLength?: number
  minimum?: number
  maximum?: number
  anyOf?: readonly Schema[]
  items?: Schema
  $ref?: string
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
}

export type FieldKind = 'text' | 'long' | 'number' | 'yes' | 'choice' | 'words'

export interface FormField {
  name: string
  kind: FieldKind
  choices: readonly (string | number)[]
  isRequired: boolean
  /** May be left open: nothing is then sent as null. */
  isNullable: boolean
  most: number | null
  first: unknown
}

export type FormValues = Record<string, unknown>
/** Longer texts take several lines. */
const LONG = 400

/** `lookUp` finds what a schema refers to (`#/components/schemas/X`). Fields that are no plain values are left out. */
export function fieldsOf(schema: Schema, lookUp: (ref: string) => Schema = () => ({})): FormField[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).flatMap(([name, said]) => {
    const { plain, isNullable } = bare(said, lookUp)
    const kind = kindOf(plain)
    if (kind === null) return []
    return [
      {
        name,
        kind,
        choices: plain.enum ?? [],
        isRequired: required.has(name),
        isNullable,
        most: plain.maxLength ?? plain.maximum ?? null,
        first: said.default ?? plain.default ?? (kind === 'yes' ? false : kind === 'words' ? [] : null),
      },
    ]
  })
}

function bare(said: Schema, lookUp: (ref: string) => Schema): { plain: Schema; isNullable: boolean } {
  if (said.$ref !== undefined) return bare(lookUp(said.$ref), lookUp)
  if (said.anyOf === undefined) return { plain: said, isNullable: false }
  const others = said.anyOf.filter((each) => each.type !== 'null')
  const [only] = others
  const isNullable = others.length < said.anyOf.length
  if (others.length !== 1 || only === undefined) return { plain: {}, isNullable }
  return { plain: bare(only, lookUp).plain, isNullable }
}

function kindOf(plain: Schema): FieldKind | null {
  if (plain.enum !== undefined) return 'choice'
  switch (plain.type) {
    case 'boolean':
      return 'yes'
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
      return (plain.maxLength ?? 0) > LONG ? 'long' : 'text'
    case 'array':
      return plain.items?.type === 'string' ? 'words' : null
    default:
      return null
  }
}

export function firstOf(fields: readonly FormField[]): FormValues {
  return Object.fromEntries(fields.map((field) => [field.name, field.first]))
}

/** What was typed, as the field's kind has it. A number that is none stays as typed: the server names the field. */
export function typed(field: FormField, text: string): unknown {
  if (field.kind === 'words') return text.split(/[,，、\s]+/).filter((word) => word !== '')
  if (text === '' && field.isNullable) return null
  if (field.kind === 'number')
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
  if (field.kind === 'choice') return field.choices.find((choice) => String(choice) === text) ?? null
  return text
}

export function shownIn(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
