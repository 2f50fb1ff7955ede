import { errorCodes } from '@spacedrive/core/errors'
import type { Op } from '@spacedrive/core/ops'
import { ops } from '../ops/index.ts'
import { inputSchema, type JsonSchema, outputSchema } from './operation-schema.ts'
import { statusOf } from './problem.ts'
import { LIBRARY, pathOf, takesLibrary } from './rest-routes.ts'

/** Errors that every operation can return, besides its own. */
const COMMON_ERRORS = ['InvalidInput', 'NotAuthorised', 'Unavailable', 'Internal'] as const

/** Every operation as OpenAPI 3.1: queries by GET and actions by POST, named by `operationId` as everywhere else. */
export function openApiDocument(version: string): object {
  const all: readonly Op[] = Object.values(ops)
  const shared = new SharedSchemas()
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spacedrive',
      version,
      summary: 'What the daemon of this machine knows and does.',
      description: 'A query can also be asked for by POST, with its input as JSON.',
      license: { name: 'MIT OR Apache-2.0', identifier: 'MIT OR Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }, { session: [] }],
    tags: [...new Set(all.map(tagOf))].map((name) => ({ name })),
    paths: Object.fromEntries(all.map((op) => [pathOf(op), { [methodOf(op)]: operation(op, shared) }])),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'What `tokenFile` of `system.status` holds.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'spacedrive_session',
          description: 'That of a browser that is signed in.',
        },
      },
      schemas: { Problem: problemSchema, ...shared.schemas },
      responses: { Problem: problemResponse },
    },
  }
}

function methodOf({ kind }: Op): 'get' | 'post' {
  return kind === 'query' ? 'get' : 'post'
}

function tagOf({ name }: Op): string {
  return name.slice(0, name.indexOf('.'))
}

function operation(op: Op, shared: SharedSchemas): object {
  const input = shared.embed(inputSchema(op), `${op.name}.input`)
  const output = shared.embed(outputSchema(op), `${op.name}.output`)
  const parameters = [
    ...(takesLibrary(op) ? [libraryParameter] : []),
    ...(op.kind === 'query' ? parametersOf(input) : []),
  ]
  return {
    operationId: op.name,
    tags: [tagOf(op)],
    summary: op.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(op.kind === 'action'
      ? { requestBody: { required: true, content: { 'application/json': { schema: input } } } }
      : {}),
    responses: {
      200: { description: 'the answer', content: { 'application/json': { schema: output } } },
      ...Object.fromEntries(statusesOf(op).map((status) => [status, { $ref: '#/components/responses/Problem' }])),
    },
  }
}

/** Schemas that are named because they, or a part of them, mean themselves again: a folder in a folder. */
class SharedSchemas {
  readonly schemas: Record<string, unknown> = {}

  /** A schema as it stands in the document: `#` is another thing there. */
  embed(schema: JsonSchema, name: string): JsonSchema {
    const text = JSON.stringify(schema)
    if (!text.includes('"$ref"')) return schema
    const place = `#/components/schemas/${name}`
    const renamed = text
      .replaceAll('"$ref":"#"', `"$ref":"${place}"`)
      .replaceAll('"$ref":"#/$defs/', `"$ref":"${place}.`)
    const { $defs = {}, ...whole } = JSON.parse(renamed) as JsonSchema & { $defs?: Record<string, unknown> }
    this.schemas[name] = whole
    for (const [part, definition] of Object.entries($defs)) this.schemas[`${name}.${part}`] = definition
    return whole
  }
}

function parametersOf({ properties = {}, required = [] }: JsonSchema): object[] {
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
}

const libraryParameter = {
  name: LIBRARY,
  in: 'query',
  required: false,
  description: 'name or id of the library; the current one by default',
  schema: { type: 'string' },
}

function statusesOf({ errors }: Op): number[] {
  return [...new Set([...COMMON_ERRORS, ...errors].map((code) => statusOf[code]))].toSorted((a, b) => a - b)
}

const problemSchema = {
  type: 'object',
  description: 'RFC 9457. `code` is stable; `detail` is for people.',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: errorCodes },
    details: {},
    instance: { type: 'string', description: 'the request, as `x-request-id` and the log name it' },
  },
}

const problemResponse = {
  description: 'why there is no answer',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}
