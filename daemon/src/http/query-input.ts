import { CoreError } from '@spacedrive/core'
import { unknownField } from '../unknown-field.ts'
import type { JsonSchema } from './operation-schema.ts'

/** Converts the parameters of a URL to the input of an operation, by the types of its fields. Throws `InvalidInput` for an unknown field. */
export function inputFromQuery(params: URLSearchParams, schema: JsonSchema): Record<string, unknown> {
  const fields = schema.properties ?? {}
  const input: Record<string, unknown> = {}
  for (const [name, given] of givenIn(params)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field) throw unknownField(name, { names: Object.keys(fields), noun: 'parameter' })
    input[name] = valueOf(name, given, field)
  }
  return input
}

/** `?type=image&type=video`: a list repeats its name. Throws `InvalidInput` if another field is given more than once. */
function valueOf(name: string, { isList, texts }: Given, schema: JsonSchema): unknown {
  const list = variantsOf(schema).find(({ items, type }) => type === 'array' && items)
  if (list?.items) return texts.map((text) => scalar(text, list.items!))
  if (isList) throw wrong(name, 'is not a list; remove the []')
  if (texts.length > 1) throw wrong(name, `is given ${texts.length} times, but takes one value`)
  return scalar(texts[0] ?? '', schema)
}

interface Given {
  readonly texts: readonly string[]
  /** Whether it was written as a list: `type[]`. */
  readonly isList: boolean
}

/** The values of each parameter. `type[]` means `type`, as some programs write lists. */
function givenIn(params: URLSearchParams): Map<string, Given> {
  const all = new Map<string, Given>()
  for (const [written, text] of params) {
    const isList = written.endsWith('[]')
    const name = isList ? written.slice(0, -2) : written
    const before = all.get(name)
    all.set(name, { texts: [...(before?.texts ?? []), text], isList: isList || (before?.isList ?? false) })
  }
  return all
}

function wrong(field: string, message: string): CoreError {
  return new CoreError('InvalidInput', `the parameter ${field} ${message}`, {
    details: { issues: [{ field, message }] },
  })
}

/** Converts the text to a type that the field accepts. If that is impossible, returns the text, and the operation reports the error. */
function scalar(text: string, schema: JsonSchema): unknown {
  const types = variantsOf(schema).flatMap(
    ({ const: constant, enum: choices, type }) => type ?? [constant, ...(choices ?? [])].map((value) => typeof value),
  )
  const isAny = types.length === 0
  if ((types.includes('boolean') || isAny) && (text === 'true' || text === 'false')) return text === 'true'
  if (types.includes('number') || types.includes('integer')) {
    const number = Number(text)
    if (text.trim() !== '' && Number.isFinite(number)) return number
  }
  if (types.includes('object') || isAny) return jsonOr(text)
  if (text === 'null' && types.includes('null') && !types.includes('string')) return null
  return text
}

function variantsOf(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf ? schema.anyOf.flatMap(variantsOf) : [schema]
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
