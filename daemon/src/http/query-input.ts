import { CoreError } from '@spacedrive/core'
import { nearest } from '@spacedrive/core/nearest'
import type { JsonSchema } from './operation-schema.ts'

/** Converts the parameters of a URL to the input of an operation, by the types of its fields. Throws `InvalidInput` for an unknown field. */
export function inputFromQuery(params: URLSearchParams, schema: JsonSchema): Record<string, unknown> {
  const fields = schema.properties ?? {}
  const input: Record<string, unknown> = {}
  for (const name of new Set(params.keys())) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field) throw unknownField(name, Object.keys(fields))
    input[name] = valueOf(params.getAll(name), field)
  }
  return input
}

/** `?type=image&type=video`: a list is its name again and again. */
function valueOf(texts: readonly string[], schema: JsonSchema): unknown {
  const list = variantsOf(schema).find(({ items, type }) => type === 'array' && items)
  if (list?.items) return texts.map((text) => scalar(text, list.items!))
  return scalar(texts.at(-1) ?? '', schema)
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

function unknownField(name: string, names: readonly string[]): CoreError {
  const [hint] = nearest(name, [...names])
  const rest = hint ? `; did you mean ${hint}?` : ''
  return new CoreError('InvalidInput', `there is no parameter ${JSON.stringify(name)}${rest}`, {
    details: { issues: [{ field: name, message: 'is unknown' }] },
  })
}
