import type { JsonSchema } from '../http/operation-schema.ts'

/** A schema as GraphQL can say it. */
export type Shape =
  | { readonly kind: 'object'; readonly schema: JsonSchema }
  | { readonly kind: 'list'; readonly item: JsonSchema }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'scalar'; readonly type: 'string' | 'number' | 'integer' | 'boolean'; readonly maximum: number }
  /** Objects of which the field `by` says which one it is. */
  | { readonly kind: 'union'; readonly members: readonly JsonSchema[]; readonly by: string }
  /** It cannot: a record, anything at all, one of several things that have nothing in common. */
  | { readonly kind: 'json' }

const JSON_SHAPE: Shape = { kind: 'json' }

/** `root` is the schema it is a part of, which it may refer to. */
export function shapeOf(schema: JsonSchema, root: JsonSchema): { shape: Shape; isNull: boolean } {
  const all = variantsOf(schema, root)
  const rest = all.filter(({ type }) => type !== 'null')
  const shape = rest.length === 1 ? single(rest[0]!) : several(rest)
  return { shape, isNull: rest.length < all.length || shape.kind === 'json' }
}

/** The alternatives of the schema. */
function variantsOf(schema: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  if (schema.$ref !== undefined) return variantsOf(resolve(schema.$ref, root), root)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.flatMap((choice) => variantsOf(choice, root))
  return Array.isArray(schema.type) ? schema.type.map((type: string) => ({ ...schema, type })) : [schema]
}

function resolve(reference: string, root: JsonSchema): JsonSchema {
  if (reference === '#') return root
  const found = root.$defs?.[reference.replace('#/$defs/', '')]
  if (!found) throw new Error(`the schema has no definition ${reference}`)
  return found
}

function single(schema: JsonSchema): Shape {
  const { enum: values, items, maximum = Infinity, prefixItems, properties, type } = schema
  if (values?.every((value) => typeof value === 'string')) return { kind: 'enum', values }
  switch (type) {
    case 'string':
    case 'number':
    case 'integer':
    case 'boolean':
      return { kind: 'scalar', type, maximum }
    case 'array': {
      const item = prefixItems ? sameItem(prefixItems) : items
      return item ? { kind: 'list', item } : JSON_SHAPE
    }
    case 'object':
      return properties && Object.keys(properties).length > 0 ? { kind: 'object', schema } : JSON_SHAPE
    case undefined:
    default:
      return JSON_SHAPE
  }
}

/** A pair of numbers is a list of them. */
function sameItem(items: readonly JsonSchema[]): JsonSchema | undefined {
  const [first] = items
  return items.every(({ type }) => type === first?.type && type === 'number') ? first : undefined
}

function several(variants: readonly JsonSchema[]): Shape {
  if (variants.length === 0) return JSON_SHAPE
  if (variants.every(({ type }) => type === 'string')) {
    const values = variants.flatMap(({ const: only, enum: some }) => some ?? (only === undefined ? [null] : [only]))
    const isClosed = values.every((value) => typeof value === 'string')
    return isClosed ? { kind: 'enum', values } : { kind: 'scalar', type: 'string', maximum: Infinity }
  }
  if (variants.every(({ type }) => type === 'number' || type === 'integer')) {
    return { kind: 'scalar', type: 'number', maximum: Infinity }
  }
  const by = discriminator(variants)
  return by === null ? JSON_SHAPE : { kind: 'union', members: variants, by }
}

function discriminator(variants: readonly JsonSchema[]): string | null {
  const [first] = variants
  const names = Object.keys(first?.properties ?? {})
  const found = names.find((name) => {
    const values = variants.map(({ properties }) => properties?.[name]?.const)
    return values.every((value) => typeof value === 'string') && new Set(values).size === values.length
  })
  return found ?? null
}
