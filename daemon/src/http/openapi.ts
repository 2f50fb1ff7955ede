import { errorCodes } from '@spacedrive/core/errors'
import type { Op } from '@spacedrive/core/ops'
import { ops } from '../ops/index.ts'
import { NamedSchemas } from './named-schemas.ts'
import { statusOf } from './problem.ts'
import { CONFIRM, LIBRARY, takesConfirmation, takesLibrary } from '../request-parameters.ts'
import { pathOf } from './rest-routes.ts'

/** Errors that every operation can return, besides its own. */
const COMMON_ERRORS = ['InvalidInput', 'NotAuthorised', 'Unavailable', 'Internal'] as const

/** Every operation as OpenAPI 3.1: queries by GET and POST, actions by POST, named by `operationId` as everywhere else. */
export function openApiDocument(version: string): object {
  const all: readonly Op[] = Object.values(ops)
  const schemas = new NamedSchemas(all)
  const paths = Object.fromEntries(all.map((op) => [pathOf(op), methodsOf(op, schemas)]))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spacedrive',
      version,
      summary: 'What the daemon of this machine knows and does.',
      description: 'A query takes its input as parameters of a GET, or as JSON by POST.',
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
  downloads: 'Files and folders to be downloaded as one archive.',
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
  engines: 'The programs, libraries and models that read files, and those that can be added.',
  statistics: 'Counts and sizes of a library.',
  system: 'The daemon itself: its state, its logs, its checks.',
  transfers: 'Files on their way between devices.',
  volumes: 'Disks and other file systems.',
}

function tagOf({ name }: Op): string {
  return name.slice(0, name.indexOf('.'))
}

/** A query can be asked for in two ways, each with an `operationId` of its own, because these must differ. */
function methodsOf(op: Op, schemas: NamedSchemas): object {
  const byPost = operation(op, 'post', schemas)
  if (op.kind === 'action') return { post: { operationId: op.name, ...byPost } }
  return {
    get: { operationId: op.name, ...operation(op, 'get', schemas) },
    post: { operationId: `${op.name}.post`, ...byPost },
  }
}

function operation(op: Op, method: 'get' | 'post', schemas: NamedSchemas): object {
  const parameters = [
    ...(takesLibrary(op) ? [libraryParameter] : []),
    ...(takesConfirmation(op) ? [confirmParameter] : []),
    ...(method === 'get' ? parametersOf(op, schemas) : []),
  ]
  const input = { schema: schemas.refToInput(op), example: schemas.exampleInput(op) }
  const output = { schema: schemas.refToOutput(op), example: schemas.exampleOutput(op) }
  return {
    tags: [tagOf(op)],
    summary: op.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(method === 'post' ? { requestBody: { required: true, content: { 'application/json': input } } } : {}),
    responses: {
      200: { description: 'the answer', content: { 'application/json': output } },
      ...Object.fromEntries(statusesOf(op).map((status) => [status, { $ref: '#/components/responses/Problem' }])),
    },
  }
}

function parametersOf(op: Op, schemas: NamedSchemas): object[] {
  const { properties = {}, required = [] } = schemas.inputOf(op)
  const example = schemas.exampleInput(op)
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    ...(Object.hasOwn(example, name) ? { example: example[name] } : {}),
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

const confirmParameter = {
  name: CONFIRM,
  in: 'query',
  required: false,
  description: 'true once the user has agreed; without it the answer is 409 and says what would be destroyed',
  schema: { type: 'boolean', default: false },
}

function statusesOf(op: Op): number[] {
  const asks = takesConfirmation(op) ? (['NeedsConfirmation'] as const) : []
  return [...new Set([...COMMON_ERRORS, ...op.errors, ...asks].map((code) => statusOf[code]))].toSorted((a, b) => a - b)
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
