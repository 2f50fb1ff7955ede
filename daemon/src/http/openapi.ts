import { errorCodes } from '@spacedrive/core/errors'
import type { Op } from '@spacedrive/core/ops'
import { ops } from '../ops/index.ts'
import { NamedSchemas } from './named-schemas.ts'
import type { JsonSchema } from './operation-schema.ts'
import { statusOf } from './problem.ts'
import { LIBRARY, pathOf, takesLibrary } from './rest-routes.ts'

/** Errors that every operation can return, besides its own. */
const COMMON_ERRORS = ['InvalidInput', 'NotAuthorised', 'Unavailable', 'Internal'] as const

/** Every operation as OpenAPI 3.1: queries by GET and actions by POST, named by `operationId` as everywhere else. */
export function openApiDocument(version: string): object {
  const all: readonly Op[] = Object.values(ops)
  const schemas = new NamedSchemas(all)
  const paths = Object.fromEntries(all.map((op) => [pathOf(op), { [methodOf(op)]: operation(op, schemas) }]))
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
    tags: [...new Set(all.map(tagOf))].map((name) => ({ name, description: tags[name] })),
    paths,
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
      schemas: { Problem: problemSchema, ...schemas.usedBy(paths) },
      responses: { Problem: problemResponse },
    },
  }
}

/** The features of the operations. */
const tags: Readonly<Record<string, string>> = {
  config: 'Settings of this daemon.',
  copies: 'Duplicate files, and files that exist only once.',
  devices: 'Names of the devices that a library knows.',
  explorer: 'The web page: its links, and whether other machines can open it.',
  files: 'Files and folders, whether indexed or not.',
  indexing: 'The index of files, compared with the disk.',
  jobs: 'Work in the background.',
  libraries: 'Libraries, their backups and upkeep.',
  locations: 'Folders whose files a library knows.',
  media: 'Photos and videos by date.',
  nearby: 'Devices in the same network that can be paired.',
  network: 'Connections to paired devices, and the rights that they have.',
  offers: 'Files that another device offers to send.',
  pairing: 'Pairing with another device by twelve words.',
  search: 'Search by name, by text and by meaning.',
  sessions: 'Browsers and programs that may use this daemon.',
  sidecars: 'Thumbnails, texts, transcripts and other files that are made from files.',
  statistics: 'Counts and sizes of a library.',
  system: 'The daemon itself: its state, its logs, its checks.',
  transfers: 'Files on their way between devices.',
  volumes: 'Disks and other file systems.',
}

function methodOf({ kind }: Op): 'get' | 'post' {
  return kind === 'query' ? 'get' : 'post'
}

function tagOf({ name }: Op): string {
  return name.slice(0, name.indexOf('.'))
}

function operation(op: Op, schemas: NamedSchemas): object {
  const parameters = [
    ...(takesLibrary(op) ? [libraryParameter] : []),
    ...(op.kind === 'query' ? parametersOf(schemas.inputOf(op)) : []),
  ]
  return {
    operationId: op.name,
    tags: [tagOf(op)],
    summary: op.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(op.kind === 'action'
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemas.refToInput(op) } } } }
      : {}),
    responses: {
      200: { description: 'the answer', content: { 'application/json': { schema: schemas.refToOutput(op) } } },
      ...Object.fromEntries(statusesOf(op).map((status) => [status, { $ref: '#/components/responses/Problem' }])),
    },
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
