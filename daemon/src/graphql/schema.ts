import * as domain from '@spacedrive/core/domain'
import { CoreError } from '@spacedrive/core/errors'
import { type Event, events, type EventType } from '@spacedrive/core/events'
import type { Op } from '@spacedrive/core/ops'
import { ops } from '../ops/index.ts'
import {
  GraphQLEnumType,
  GraphQLError,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLFloat,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  GraphQLBoolean,
} from 'graphql'
import { z } from 'zod'
import type { Asked } from '../dispatch.ts'
import { CONFIRM, LIBRARY, takesConfirmation, takesLibrary } from '../request-parameters.ts'
import { inputSchema, type JsonSchema, outputSchema } from '../http/operation-schema.ts'
import { JsonScalar, schemaKey, TypeMap, typeName } from './type-map.ts'

export interface WantedEvents {
  readonly types?: readonly EventType[] | null
  readonly library?: string | null
  readonly path?: string | null
}

/** Calls the operations for the fields of the schema. */
export interface GraphqlContext {
  call(request: Asked): Promise<unknown>
  events(wanted: WantedEvents): AsyncIterable<Event | { readonly type: 'missed'; readonly count: number }>
}

type Field = GraphQLFieldConfig<unknown, GraphqlContext>

/** Every operation as a field: `files.list` is the query `filesList`. Their types are those of the contract. */
export function graphqlSchema(): GraphQLSchema {
  const types = new TypeMap(domainNames())
  const all: readonly Op[] = Object.values(ops)
  const fieldsOf = (kind: Op['kind']) =>
    Object.fromEntries(all.filter((op) => op.kind === kind).map((op) => [fieldName(op.name), fieldOf(op, types)]))
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: fieldsOf('query') }),
    mutation: new GraphQLObjectType({ name: 'Mutation', fields: fieldsOf('action') }),
    subscription: new GraphQLObjectType({ name: 'Subscription', fields: { events: eventsField() } }),
  })
}

/** `indexing.quickScan` → `indexingQuickScan` */
export function fieldName(operation: string): string {
  return operation.replace(/\.(.)/g, (_dot, letter: string) => letter.toUpperCase())
}

function fieldOf(op: Op, types: TypeMap): Field {
  const input = inputSchema(op)
  const name = typeName(op.name)
  const errors = op.errors.length > 0 ? `\nErrors: ${op.errors.join(', ')}.` : ''
  return {
    type: types.output(outputSchema(op), `${name}Result`),
    description: `${op.summary}.${errors}`,
    args: argsOf(op, input, types),
    resolve: async (_parent, args, context) => {
      const { confirm, library, params } = besideInput(op, args)
      try {
        return await context.call({ method: op.name, params: given(params, input), library, confirm })
      } catch (err) {
        throw told(err)
      }
    },
  }
}

/** Separates the arguments that every operation of its kind has from its own. */
function besideInput(op: Op, args: Readonly<Record<string, unknown>>) {
  const params = { ...args }
  const take = (name: string, isTaken: boolean) => {
    const value = isTaken ? params[name] : undefined
    if (isTaken) delete params[name]
    return value
  }
  const library = take(LIBRARY, takesLibrary(op))
  const confirm = take(CONFIRM, takesConfirmation(op)) === true
  return { confirm, library: typeof library === 'string' ? library : undefined, params }
}

function argsOf(op: Op, input: JsonSchema, types: TypeMap): GraphQLFieldConfigArgumentMap {
  const args: GraphQLFieldConfigArgumentMap = {}
  for (const [name, schema] of Object.entries(input.properties ?? {})) {
    const isRequired = input.required?.includes(name) ?? false
    const type = types.input(schema, typeName(op.name, name), input, isRequired)
    args[name] = { type, description: schema.description ?? null }
  }
  if (takesConfirmation(op)) {
    if (args[CONFIRM]) throw new Error(`the operation ${op.name} has an input field ${CONFIRM}, which GraphQL reserves`)
    args[CONFIRM] = { type: GraphQLBoolean, description: 'true once the user has agreed to what this destroys' }
  }
  if (!takesLibrary(op)) return args
  if (args[LIBRARY]) throw new Error(`the operation ${op.name} has an input field ${LIBRARY}, which GraphQL reserves`)
  args[LIBRARY] = { type: GraphQLString, description: 'name or id of the library; the current library by default' }
  return args
}

/** Removes null from fields that may be absent but not null: a variable without a value is null. */
function given(args: Readonly<Record<string, unknown>>, { properties = {} }: JsonSchema): Record<string, unknown> {
  const takesNull = (name: string) => JSON.stringify(properties[name] ?? {}).includes('"null"')
  return Object.fromEntries(Object.entries(args).filter(([name, value]) => value !== null || takesNull(name)))
}

/** The error for the client, with our code if it has one. Without `originalError`, because the server would mask it. */
function told(err: unknown): unknown {
  if (!(err instanceof CoreError)) return err
  const { code, details, message } = err
  return new GraphQLError(message, { extensions: { code, details } })
}

function eventsField(): Field {
  const names = Object.keys(events)
  const EventTypeEnum = new GraphQLEnumType({
    name: 'EventType',
    values: Object.fromEntries([...names, 'missed'].map((value) => [value.replaceAll(/\W/g, '_'), { value }])),
  })
  const AnyEvent = new GraphQLObjectType({
    name: 'Event',
    fields: {
      type: {
        type: new GraphQLNonNull(EventTypeEnum),
        description: '`missed`: some were lost, ask for the state again',
      },
      seq: { type: GraphQLFloat, description: 'its number; null where some were missed' },
      event: { type: new GraphQLNonNull(JsonScalar), resolve: (event: unknown) => event, description: 'all of it' },
    },
  })
  return {
    type: new GraphQLNonNull(AnyEvent),
    description: 'Events as they come, over server-sent events.',
    args: {
      types: { type: new GraphQLList(new GraphQLNonNull(EventTypeEnum)), description: 'only these' },
      library: { type: GraphQLString, description: 'only those of this library: its name or id' },
      path: { type: GraphQLString, description: 'only those about this folder' },
    },
    subscribe: (_parent, args, context) => {
      try {
        return context.events(args as WantedEvents)
      } catch (err) {
        throw told(err)
      }
    },
    resolve: (event) => event,
  }
}

/** The names of the schemas in the contract. */
function domainNames(): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const [name, value] of Object.entries<unknown>(domain).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!(value instanceof z.ZodType)) continue
    const key = schemaKey(z.toJSONSchema(value, { io: 'output', unrepresentable: 'any' }) as JsonSchema)
    if (key !== null && !names.has(key)) names.set(key, name)
  }
  return names
}
