import type { JsonSchema } from './operation-schema.ts'

/** The parts of JSON Schema that only examples depend on. */
interface ExampleSchema extends JsonSchema {
  readonly default?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly minLength?: number
  readonly minItems?: number
  readonly additionalProperties?: JsonSchema | boolean
  readonly propertyNames?: JsonSchema
  readonly allOf?: readonly JsonSchema[]
}

interface ExampleContext {
  /** Finds a schema that another one refers to. */
  readonly resolve: (ref: string) => JsonSchema | undefined
  /** Whether only fields that must be given are shown, as in a request. */
  readonly onlyRequired: boolean
}

/** Beyond this depth, lists are empty: some schemas contain themselves. */
const MAX_DEPTH = 6

/** A value that the schema accepts, and that a reader recognises. `name`: the field that holds it. */
export function exampleOf(schema: JsonSchema, context: ExampleContext, name = '', depth = 0): unknown {
  const of = schema as ExampleSchema
  if (of.$ref !== undefined) {
    const target = context.resolve(of.$ref)
    return target ? exampleOf(target, context, name, depth + 1) : null
  }
  if (of.const !== undefined) return of.const
  if (of.enum) return of.enum.includes(FAVOURITES[name]) ? FAVOURITES[name] : of.enum[0]
  if (of.default !== undefined && depth > 0) return of.default
  const variants = of.anyOf ?? of.oneOf
  if (variants) return exampleOf(likeliest(variants, depth), context, name, depth)
  const type = typeOf(of)
  if (type === 'object') return objectOf(of, context, depth)
  if (type === 'array') return arrayOf(of, context, name, depth)
  if (type === 'string') return textOf(of, name)
  if (type === 'integer' || type === 'number') return numberOf(of, name)
  if (type === 'boolean') return FAVOURITES[name] ?? false
  // Any value fits.
  return type === 'null' ? null : {}
}

/** Values by the names of fields, as on the machine of a user called Ann. */
const FAVOURITES: Readonly<Record<string, unknown>> = {
  address: '192.0.2.2:56307',
  at: '2026-05-01T12:00:00.000Z',
  backup: '/home/ann/photos.db',
  bytes: 812_000,
  count: 3,
  cursor: null,
  description: 'List a folder',
  device: 'laptop',
  extension: 'jpg',
  files: 265,
  kind: 'file',
  library: 'Photos',
  limit: 50,
  location: 'Pictures',
  message: 'permission denied',
  mime: 'image/jpeg',
  mode: 'content',
  name: 'jolla.jpg',
  nameBase64: 'am9sbGEuanBn',
  offset: 0,
  online: true,
  path: '/home/ann/Pictures/jolla.jpg',
  query: 'jolla',
  size: 812_000,
  state: 'complete',
  status: 'completed',
  text: 'The plumber comes on Monday.',
  total: 265,
  type: 'image',
  version: '0.1.0',
}

function typeOf({ additionalProperties, items, properties, type }: ExampleSchema): string | undefined {
  if (type !== undefined) return typeof type === 'string' ? type : type.find((each) => each !== 'null')
  if (properties || additionalProperties) return 'object'
  return items ? 'array' : undefined
}

/** The variant with the most to show; near the end, the one that ends: null, or a value without parts. */
function likeliest(variants: readonly JsonSchema[], depth: number): JsonSchema {
  const isNull = ({ type }: JsonSchema) => type === 'null'
  const ends = depth >= MAX_DEPTH ? variants.find(isNull) : undefined
  return ends ?? variants.find((variant) => !isNull(variant)) ?? variants[0]!
}

function objectOf(of: ExampleSchema, context: ExampleContext, depth: number): Record<string, unknown> {
  const { additionalProperties, properties = {}, propertyNames, required = [] } = of
  const fields = Object.entries(properties).filter(
    ([field]) => required.includes(field) || (!context.onlyRequired && depth < MAX_DEPTH / 2),
  )
  const known = fields.map(([field, schema]) => [field, exampleOf(schema, context, field, depth + 1)] as const)
  if (known.length > 0 || typeof additionalProperties !== 'object' || depth >= MAX_DEPTH)
    return Object.fromEntries(known)
  const keys = propertyNames?.enum ?? [propertyNames ? exampleOf(propertyNames, context, 'key', depth + 1) : 'image']
  // A record over an enum has a value for each of its keys.
  return Object.fromEntries(keys.map((key) => [String(key), exampleOf(additionalProperties, context, '', depth + 1)]))
}

function arrayOf(of: ExampleSchema, context: ExampleContext, name: string, depth: number): unknown[] {
  if (of.prefixItems) return of.prefixItems.map((item) => exampleOf(item, context, name, depth + 1))
  const isEmpty = !of.items || (depth >= MAX_DEPTH && (of.minItems ?? 0) === 0)
  if (isEmpty) return []
  return Array.from({ length: Math.max(1, of.minItems ?? 1) }, () => exampleOf(of.items!, context, name, depth + 1))
}

/** Texts of a fixed form, by the form. */
const BY_FORMAT: Readonly<Record<string, string>> = {
  uuid: '0199a7b2-3c4d-7e5f-8a6b-9c0d1e2f3a4b',
  'date-time': '2026-05-01T12:00:00.000Z',
  date: '2026-05-01',
  uri: 'http://127.0.0.1:7378/',
}

/** Texts that the patterns of our schemas accept, the first that fits. */
const BY_PATTERN: readonly string[] = [
  'b3a1f0c2d4e5968778695a4b3c2d1e0fb3a1f0c2d4e5968778695a4b3c2d1e0f',
  'b3a1f0c2d4e59687',
  '0199a7b2-3c4d-7e5f-8a6b-9c0d1e2f3a4b',
  '123456',
  '2026-05',
  '2026-05-01',
  '0',
  'laptop',
]

function textOf({ format, minLength = 0, pattern }: ExampleSchema, name: string): string {
  const favourite = FAVOURITES[name]
  const form = format === undefined ? undefined : BY_FORMAT[format]
  const candidates = [form, favourite, form === undefined ? 'text' : undefined, ...BY_PATTERN]
  const fits = (text: unknown): text is string =>
    typeof text === 'string' && (pattern === undefined || new RegExp(pattern, 'u').test(text))
  return (candidates.find(fits) ?? 'text').padEnd(minLength, 'x')
}

function numberOf({ exclusiveMinimum, maximum, minimum = 0 }: ExampleSchema, name: string): number {
  const favourite = FAVOURITES[name]
  const wanted = typeof favourite === 'number' ? favourite : 1
  const least = exclusiveMinimum === undefined ? minimum : Math.floor(exclusiveMinimum) + 1
  return Math.min(Math.max(wanted, least), maximum ?? Infinity)
}
