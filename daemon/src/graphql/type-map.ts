import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLScalarType,
  GraphQLString,
  GraphQLUnionType,
  valueFromASTUntyped,
} from 'graphql'
import type { JsonSchema } from '../http/operation-schema.ts'
import { type Shape, shapeOf } from './shape.ts'

/** The scalar for values whose shape the schema does not describe. */
export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'any JSON value: what has no shape that is known beforehand',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
})

type Leaf = GraphQLScalarType | GraphQLEnumType
type NullableInput = Leaf | GraphQLInputObjectType | GraphQLList<GraphQLInputType>
type NullableOutput = Leaf | GraphQLObjectType | GraphQLUnionType | GraphQLList<GraphQLOutputType>

/** Largest number of `Int`. */
const MAX_INT = 2 ** 31 - 1

/** Types of GraphQL for schemas of operations, each made once. */
export class TypeMap {
  /** Names of schemas that have one, by their JSON. */
  readonly #names: ReadonlyMap<string, string>
  readonly #byName = new Map<string, GraphQLEnumType | GraphQLObjectType | GraphQLUnionType | GraphQLInputObjectType>()
  /** A part of a schema may mean itself again. */
  readonly #bySchema = new Map<JsonSchema, string>()

  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names
  }

  /** `name` is used if the schema has no name of its own. `root` is the schema that contains it. */
  output(schema: JsonSchema, name: string, root: JsonSchema = schema): GraphQLOutputType {
    const { isNull, shape } = shapeOf(schema, root)
    const type = this.#output(shape, name, root)
    return isNull ? type : new GraphQLNonNull(type)
  }

  input(schema: JsonSchema, name: string, root: JsonSchema, isRequired: boolean): GraphQLInputType {
    const { isNull, shape } = shapeOf(schema, root)
    const type = this.#input(shape, name, root)
    return isNull || !isRequired ? type : new GraphQLNonNull(type)
  }

  #output(shape: Shape, name: string, root: JsonSchema): NullableOutput {
    switch (shape.kind) {
      case 'list':
        return new GraphQLList(this.output(shape.item, name, root))
      case 'object':
        return this.#object(shape.schema, name, root)
      case 'union':
        return this.#union(shape, name, root)
      case 'enum':
      case 'scalar':
      case 'json':
        return this.#plain(shape, name)
    }
  }

  #input(shape: Shape, name: string, root: JsonSchema): NullableInput {
    switch (shape.kind) {
      case 'list':
        return new GraphQLList(this.input(shape.item, name, root, true))
      case 'object':
        return this.#inputObject(shape.schema, name, root)
      case 'union':
        return JsonScalar
      case 'enum':
      case 'scalar':
      case 'json':
        return this.#plain(shape, name)
    }
  }

  #plain(shape: Extract<Shape, { kind: 'enum' | 'scalar' | 'json' }>, name: string) {
    if (shape.kind === 'json') return JsonScalar
    if (shape.kind === 'enum') return this.#enum(shape.values, name)
    switch (shape.type) {
      case 'string':
        return GraphQLString
      case 'boolean':
        return GraphQLBoolean
      case 'number':
        return GraphQLFloat
      case 'integer':
        return shape.maximum <= MAX_INT ? GraphQLInt : GraphQLFloat
    }
  }

  #enum(values: readonly string[], fallback: string): GraphQLEnumType {
    const name = this.#names.get(enumKey(values)) ?? fallback
    return this.#once(name, GraphQLEnumType, () => {
      return new GraphQLEnumType({
        name,
        values: Object.fromEntries(values.map((value) => [value.replaceAll(/\W/g, '_'), { value }])),
      })
    })
  }

  #object(schema: JsonSchema, fallback: string, root: JsonSchema): GraphQLObjectType {
    const name = this.#nameOf(schema, fallback)
    return this.#once(name, GraphQLObjectType, () => {
      return new GraphQLObjectType({
        name,
        fields: () =>
          Object.fromEntries(
            Object.entries(schema.properties ?? {}).map(([key, part]) => {
              const type = this.output(part, typeName(name, key), root)
              const isThere = schema.required?.includes(key)
              return [key, { type: isThere ? type : nullable(type), ...described(part) }]
            }),
          ),
      })
    })
  }

  #inputObject(schema: JsonSchema, fallback: string, root: JsonSchema): GraphQLInputObjectType {
    const name = `${this.#nameOf(schema, fallback)}Input`
    return this.#once(name, GraphQLInputObjectType, () => {
      return new GraphQLInputObjectType({
        name,
        fields: () =>
          Object.fromEntries(
            Object.entries(schema.properties ?? {}).map(([key, part]) => {
              const isRequired = schema.required?.includes(key) ?? false
              return [key, { type: this.input(part, typeName(name, key), root, isRequired), ...described(part) }]
            }),
          ),
      })
    })
  }

  #union({ by, members }: Extract<Shape, { kind: 'union' }>, fallback: string, root: JsonSchema): GraphQLUnionType {
    const name = this.#names.get(unionKey(members)) ?? fallback
    return this.#once(name, GraphQLUnionType, () => {
      const types = new Map(
        members.map((member) => {
          const value = member.properties![by]!.const
          return [value, this.#object(member, typeName(name, String(value)), root)]
        }),
      )
      const resolveType = (value: Record<string, unknown>) => types.get(value[by])?.name
      return new GraphQLUnionType({ name, types: [...types.values()], resolveType })
    })
  }

  #nameOf(schema: JsonSchema, fallback: string): string {
    const name = this.#bySchema.get(schema) ?? this.#names.get(objectKey(schema)) ?? fallback
    this.#bySchema.set(schema, name)
    return name
  }

  #once<T extends GraphQLEnumType | GraphQLObjectType | GraphQLUnionType | GraphQLInputObjectType>(
    name: string,
    kind: new (...args: never[]) => T,
    make: () => T,
  ): T {
    const made = this.#byName.get(name)
    if (made instanceof kind) return made
    if (made) throw new Error(`two GraphQL types have the name ${name}`)
    const type = make()
    this.#byName.set(name, type)
    return type
  }
}

/** The key under which a named schema is found, wherever it is used. */
export function schemaKey(schema: JsonSchema): string | null {
  const { shape } = shapeOf(schema, schema)
  switch (shape.kind) {
    case 'object':
      return objectKey(shape.schema)
    case 'enum':
      return enumKey(shape.values)
    case 'union':
      return unionKey(shape.members)
    case 'list':
    case 'scalar':
    case 'json':
      return null
  }
}

function objectKey({ properties, required }: JsonSchema): string {
  return JSON.stringify([properties, required])
}

function enumKey(values: readonly string[]): string {
  return values.join(' ')
}

function unionKey(members: readonly JsonSchema[]): string {
  return members.map(objectKey).join(' ')
}

/** The name of a part without a name of its own: `FilesListResult`, `items` → `FilesListResultItems`. */
export function typeName(...parts: readonly string[]): string {
  return parts
    .flatMap((part) => part.split(/\W/))
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
}

function nullable(type: GraphQLOutputType): GraphQLOutputType {
  return type instanceof GraphQLNonNull ? type.ofType : type
}

function described({ description }: JsonSchema): { description?: string } {
  return description === undefined ? {} : { description }
}
