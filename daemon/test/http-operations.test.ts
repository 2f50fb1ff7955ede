import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Client } from '@spacedrive/client'
import type { Op } from '@spacedrive/core/ops'
import { expect, test } from 'vitest'
import { ops } from '../src/ops/index.ts'
import { startTestHttp, type TestHttp } from './test-http.ts'
import { webSocketTransport } from './web-socket-transport.ts'

async function post(http: TestHttp, path: string, document: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return http.fetch(path, { method: 'POST', headers, body: JSON.stringify(document) })
}

async function rpc(http: TestHttp, document: unknown): Promise<unknown> {
  return (await post(http, '/rpc', document)).json()
}

test('JSON-RPC answers one request, a batch, and nothing to notifications', async () => {
  await using http = await startTestHttp()
  await post(http, '/api/v1/libraries/create', { name: 'Photos' })
  const status = { jsonrpc: '2.0', id: 1, method: 'system.status' }
  expect(await rpc(http, status)).toMatchObject({ id: 1, result: { library: { name: 'Photos' } } })
  expect(
    await rpc(http, [
      { ...status, id: 'a' },
      { jsonrpc: '2.0', method: 'system.status' },
      { ...status, id: 'b', method: 'no.such' },
      { jsonrpc: '2.0', id: 'c', method: 'libraries.info', library: 'Photos' },
      'what?',
    ]),
  ).toMatchObject([
    { id: 'a', result: {} },
    { id: 'b', error: { code: -32_601, data: { code: 'NotFound' } } },
    { id: 'c', result: { name: 'Photos' } },
    { id: null, error: { code: -32_600 } },
  ])
  expect((await post(http, '/rpc', [{ jsonrpc: '2.0', method: 'system.status' }])).status).toBe(204)
})

test.each([
  ['an empty batch', '[]'],
  ['a batch that is too long', JSON.stringify(Array.from({ length: 65 }, () => ({})))],
  ['half a document', '{"jsonrpc":'],
  ['a million brackets', '['.repeat(1_000_000)],
  ['nothing', ''],
])('%s is refused', async (_what, body) => {
  await using http = await startTestHttp()
  const headers = { 'content-type': 'application/json' }
  const answer = await http.fetch('/rpc', { method: 'POST', headers, body })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ code: 'InvalidInput', status: 400 })
})

test('the daemon is not ended, nor events subscribed to, by a request', async () => {
  await using http = await startTestHttp()
  for (const method of ['daemon.stop', 'events.subscribe', 'hello']) {
    expect(await rpc(http, { jsonrpc: '2.0', id: 1, method })).toMatchObject({ error: { data: { code: 'NotFound' } } })
  }
})

test('a query takes its input from the address, as what each field is', async () => {
  await using http = await startTestHttp()
  await post(http, '/api/v1/libraries/create', { name: 'Photos' })
  await post(http, '/api/v1/libraries/create', { name: 'Music' })
  const answer = await http.fetch('/api/v1/search/files?query=x&type=image&type=video&limit=5&library=Photos')
  expect([answer.status, await answer.json()]).toMatchObject([200, { query: 'x', items: [] }])
  const wrong = await http.fetch('/api/v1/search/files?query=x&limit=many')
  expect(await wrong.json()).toMatchObject({
    status: 400,
    code: 'InvalidInput',
    details: { issues: [{ field: 'limit' }] },
  })
  const unknown = await http.fetch('/api/v1/search/files?querry=x')
  expect(await unknown.json()).toMatchObject({ detail: expect.stringContaining('did you mean query?') })
  const nowhere = await http.fetch('/api/v1/locations/list?library=Nowhere')
  expect([nowhere.status, await nowhere.json()]).toMatchObject([404, { code: 'NotFound' }])
})

test('a field that a query does not have is refused by REST and RPC', async () => {
  await using http = await startTestHttp()
  await post(http, '/api/v1/libraries/create', { name: 'Photos' })
  const input = { query: 'x', limt: 5 }
  const detail = 'search.files: there is no field "limt"; did you mean limit?'
  const answer = await post(http, '/api/v1/search/files', input)
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'InvalidInput', detail }])
  expect(await rpc(http, { jsonrpc: '2.0', id: 1, method: 'search.files', params: input })).toMatchObject({
    error: { code: -32_602, message: detail, data: { code: 'InvalidInput' } },
  })
})

test.each(['91,0,92,1', '10,0,5,1', '0,-181,1,0', '0,0,1,200'])('the box %s is no box on the Earth', async (within) => {
  await using http = await startTestHttp()
  await post(http, '/api/v1/libraries/create', { name: 'Photos' })
  const answer = await post(http, '/api/v1/media/list', { within })
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    {
      detail: expect.stringContaining('within must go from south to north'),
      details: { issues: [{ field: 'within' }] },
    },
  ])
  const overDateLine = await post(http, '/api/v1/media/list', { within: '-20,170,0,-170' })
  expect(overDateLine.status).toBe(200)
})

test('an action is asked for by POST alone, and a query by both', async () => {
  await using http = await startTestHttp()
  const answer = await http.fetch('/api/v1/libraries/create?name=x')
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  expect((await post(http, '/api/v1/system/logs', { tail: 1 })).status).toBe(200)
  expect((await http.fetch('/api/v1/system/logs?tail=1', { method: 'HEAD' })).status).toBe(200)
  expect((await http.fetch('/api/v1/system/logs', { method: 'PUT' })).status).toBe(405)
  for (const path of ['/api/v1/no/such', '/api/v1/__proto__/x', '/api/v1/system', '/api/v1/constructor/name']) {
    expect((await http.fetch(path)).status).toBe(404)
  }
})

test.each([
  ['/api/v2/locations/list', '/api/v1/locations/list'],
  ['/api/locations/list', '/api/v1/locations/list'],
  ['/locations/list', '/api/v1/locations/list'],
  ['/api/v1/locations', '/api/v1/locations/add'],
  ['/api/', '/api'],
  ['/graphq', '/graphql'],
  ['/health/x', '/health'],
  ['/events/all', '/events'],
  ['/openapi.jsn', '/openapi.json'],
])('%s is no address, and the problem names %s', async (path, meant) => {
  await using http = await startTestHttp()
  const answer = await http.fetch(path)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  expect(await answer.json()).toMatchObject({
    status: 404,
    code: 'NotFound',
    detail: `there is nothing at ${path}; did you mean ${meant}?`,
  })
})

test('a path like no other gets the place of the list, and a long one is cut', async () => {
  await using http = await startTestHttp()
  for (const path of [
    '/api/v1/a/b/c',
    '/session/what/is/this',
    '/media/no/such/file',
    '/rpc/nonsense/of/length',
    `/api/${'x'.repeat(9_000)}`,
  ]) {
    const answer = await http.fetch(path)
    expect(answer.status).toBe(404)
    const { detail } = (await answer.json()) as { detail: string }
    expect(detail).toBe(`there is nothing at ${path.slice(0, 200)}; /openapi.json lists the operations`)
  }
  // A browser gets a problem there, too: nothing below these addresses is a page.
  const asked = await http.raw('/api/v2/system/status', { at: http.pageOrigin, headers: { accept: 'text/html' } })
  expect([asked.status, asked.headers['content-type']]).toEqual([404, 'application/problem+json'])
})

test('an address that is only read says so', async () => {
  await using http = await startTestHttp()
  const answer = await post(http, '/openapi.json', {})
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})

test('a problem has a stable code, and names its request as the log does', async () => {
  const failure = new Error('secret: /home/ann/diary')
  await using http = await startTestHttp({ core: { doctor: () => Promise.reject(failure) } })
  const answer = await http.fetch('/api/v1/system/doctor')
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(await answer.json()).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'unexpected error in system.doctor; see `spacedrive system logs`',
    code: 'Internal',
    details: null,
    instance: `urn:uuid:${answer.headers.get('x-request-id')}`,
  })
  expect(http.log).toMatchObject([{ level: 'error', fields: { err: failure } }])
})

test('an answer is not sent again to one who has it', async () => {
  await using http = await startTestHttp()
  const first = await http.fetch('/api/v1/libraries/list')
  const etag = first.headers.get('etag') ?? ''
  expect([first.status, first.headers.get('cache-control'), etag]).toEqual([
    200,
    'private, no-cache',
    expect.stringMatching(/^"[\w-]{43}"$/),
  ])
  const again = (tag: string) => http.fetch('/api/v1/libraries/list', { headers: { 'if-none-match': tag } })
  for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) expect((await again(tag)).status).toBe(304)
  await post(http, '/api/v1/libraries/create', { name: 'Photos' })
  expect((await again(etag)).status).toBe(200)
})

test('a request is cancelled when its client disconnects', async () => {
  const asked = Promise.withResolvers<AbortSignal>()
  const doctor = (signal: AbortSignal) => {
    asked.resolve(signal)
    return new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  await using http = await startTestHttp({ core: { doctor } })
  const controller = new AbortController()
  const answer = http.fetch('/api/v1/system/doctor', { signal: controller.signal }).catch(() => 'gone')
  const signal = await asked.promise
  controller.abort()
  expect(await answer).toBe('gone')
  await expect.poll(() => signal.aborted).toBe(true)
})

test('of too many requests at once the rest is refused', async () => {
  const open = Promise.withResolvers<void>()
  const doctor = async () => {
    await open.promise
    return { ok: true, checks: [], engines: [] }
  }
  await using http = await startTestHttp({ core: { doctor }, limits: { requestsInFlight: 2 } })
  const statuses: number[] = []
  const asked = Array.from({ length: 3 }, async () => {
    statuses.push((await http.fetch('/api/v1/system/doctor')).status)
  })
  await expect.poll(() => statuses).toEqual([503])
  open.resolve()
  await Promise.all(asked)
  expect(statuses).toEqual([503, 200, 200])
})

interface Described {
  readonly operationId: string
  readonly parameters?: readonly { name: string; required: boolean; schema: object; example?: unknown }[]
  readonly requestBody?: object
  readonly responses: Readonly<Record<string, object>>
}
interface OpenApi {
  readonly openapi: string
  readonly servers: readonly { url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: {
    readonly schemas: Readonly<
      Record<string, { properties?: Record<string, Record<string, unknown>>; required?: string[] }>
    >
  }
}

async function openApi(http: TestHttp): Promise<OpenApi> {
  return (await (await http.fetch('/openapi.json')).json()) as OpenApi
}

function operationOf(operationId: string): Op {
  return (ops as Record<string, Op>)[operationId.replace(/\.post$/, '')]!
}

/** Every `$ref` in a document. */
function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refsIn(inner),
  )
}

test('the OpenAPI document describes every operation by its name, and queries by both methods', async () => {
  await using http = await startTestHttp()
  const document = await openApi(http)
  expect(document.openapi).toBe('3.1.0')
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ operationId, method, path })),
  )
  expect(described).toEqual(
    Object.values(ops).flatMap(({ kind, name }) => {
      const path = `/${name.replace('.', '/')}`
      const byPost = { operationId: kind === 'query' ? `${name}.post` : name, method: 'post', path }
      return kind === 'query' ? [{ operationId: name, method: 'get', path }, byPost] : [byPost]
    }),
  )
  for (const ref of refsIn(document)) {
    const parts = ref.replace(/^#\//, '').split('/')
    const target = parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], document)
    expect({ ref, target }).toEqual({ ref, target: expect.any(Object) })
  }
  for (const methods of Object.values(document.paths)) {
    for (const { operationId, parameters = [], responses } of Object.values(methods)) {
      const names = parameters.map(({ name }) => name)
      expect({ operationId, names }).toEqual({ operationId, names: [...new Set(names)] })
      expect(responses).toMatchObject({ 200: expect.any(Object), 400: expect.any(Object), 401: expect.any(Object) })
    }
  }
})

test('Redocly finds no fault in the OpenAPI document', async () => {
  await using http = await startTestHttp()
  const config = await createConfig({ extends: ['recommended'] })
  const problems = await lintFromString({
    source: JSON.stringify(await openApi(http)),
    absoluteRef: 'openapi.json',
    config,
  })
  expect(problems.map(({ message, ruleId }) => `${ruleId}: ${message}`)).toEqual([])
})

test('requests and answers have names in the OpenAPI document: those of the domain where there is one', async () => {
  await using http = await startTestHttp()
  const { components, paths } = await openApi(http)
  const names = Object.keys(components.schemas)
  expect(names).toEqual(
    expect.arrayContaining(['LocationsAddInput', 'FilesListOutput', 'Location', 'Entry', 'Problem']),
  )
  expect(paths['/locations/update']?.['post']?.responses[200]).toMatchObject({
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Location' } } },
  })
})

/** Something for a field that is required; what it is about does not exist. */
function sample({ enum: choices, format, items, type }: Record<string, unknown>): unknown {
  if (Array.isArray(choices)) return choices[0]
  if (format === 'uuid') return '0199a7b2-0000-7000-8000-000000000000'
  switch (type) {
    case 'string':
      return '/nowhere'
    case 'integer':
    case 'number':
      return 1
    case 'boolean':
      return false
    case 'array':
      return [sample(items as Record<string, unknown>)]
    default:
      return {}
  }
}

test('a client made from the document calls every operation, and each answers as it says', async () => {
  await using http = await startTestHttp()
  await post(http, '/api/v1/libraries/create', { name: 'Photos' })
  const document = await openApi(http)
  const [server] = document.servers
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, described] of Object.entries(methods)) {
      const { operationId, parameters = [], requestBody, responses } = described
      const url = new URL(`${server?.url}${path}`, http.origin)
      for (const { name, required, schema } of parameters) {
        if (required) url.searchParams.set(name, String(sample(schema as Record<string, unknown>)))
      }
      const ref = refsIn(requestBody)[0]?.split('/').at(-1)
      const schema = ref === undefined ? undefined : document.components.schemas[ref]
      const body =
        schema &&
        Object.fromEntries((schema.required ?? []).map((name) => [name, sample(schema.properties?.[name] ?? {})]))
      const answer = await http.fetch(url.href, {
        method: method.toUpperCase(),
        ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
      })
      const said = (await answer.json()) as { code?: string; detail?: string }
      const { name, output } = operationOf(operationId)
      expect({ name, status: String(answer.status), said }).toMatchObject({
        status: expect.toBeOneOf(Object.keys(responses).filter((status) => status !== '500')),
      })
      const fits = answer.ok ? output.safeParse(said).success : !said.detail?.includes('there is no operation')
      expect({ name, said, fits }).toEqual({ name, said, fits: true })
    }
  }
})

test('a NUL in a path is said to be one, whatever is asked for with it', async () => {
  await using http = await startTestHttp()
  await http.core.libraries.create({ name: 'Photos' })
  const ask = async (name: string, input: object) => {
    const body = JSON.stringify(input)
    const headers = { 'content-type': 'application/json' }
    return (await http.fetch(`/api/v1/${name}`, { method: 'POST', headers, body })).json()
  }
  const path = '/tmp/a\0b'
  const order = { limit: 10, offset: 0 }
  for (const [name, input] of [
    ['files/list', { path, ...order }],
    ['files/info', { path }],
    ['files/read', { path, length: 10 }],
    ['files/archive', { path, ...order }],
    ['locations/add', { path }],
    ['indexing/browse', { path }],
    ['indexing/verify', { path }],
    ['libraries/create', { name: 'x', path }],
  ] as const)
    expect([name, await ask(name, input)]).toMatchObject([name, { code: 'InvalidInput' }])
})

test('what destroys something needs a confirmation, by every protocol, and says what it would destroy', async () => {
  await using http = await startTestHttp()
  await post(http, '/api/v1/libraries/create', { name: 'Photos' })
  const folder = join(http.folder, 'files')
  mkdirSync(folder)
  const add = async () => {
    const { location } = (await (await post(http, '/api/v1/locations/add', { path: folder })).json()) as {
      location: { id: string }
    }
    return location.id
  }
  const destroys = 'The index of this location is removed. The files themselves are not touched.'
  const message = expect.stringContaining(`locations.remove needs a confirmation. ${destroys} Nothing was changed. Ask`)
  const refused = { code: 'NeedsConfirmation', details: { destroys } }
  const graphql = async (input: object, more = '') => {
    const query = `mutation ($location: String!) { locationsRemove(location: $location${more}) { locationId } }`
    return (await post(http, '/graphql', { query, variables: input })).json()
  }
  using client = await Client.open(
    webSocketTransport(`${http.origin.replace('http', 'ws')}/ws`, {
      headers: { authorization: `Bearer ${http.token}` },
    }),
    '1.2.3',
  )

  const input = { location: await add() }
  const rest = await post(http, '/api/v1/locations/remove', input)
  expect([rest.status, rest.headers.get('content-type')]).toEqual([409, 'application/problem+json'])
  expect(await rest.json()).toMatchObject({ ...refused, detail: message })
  expect((await post(http, '/api/v1/locations/remove?confirm=false', input)).status).toBe(409)
  expect((await post(http, '/api/v1/locations/remove?confirm=maybe', input)).status).toBe(400)
  const request = { jsonrpc: '2.0', id: 1, method: 'locations.remove', params: input }
  expect(await rpc(http, request)).toMatchObject({ error: { message, data: refused } })
  expect(await graphql(input)).toMatchObject({ errors: [{ message, extensions: refused }] })
  await expect(client.action('locations.remove', input)).rejects.toMatchObject({ ...refused, message })
  expect(await client.query('locations.list', {})).toHaveLength(1)

  expect((await post(http, '/api/v1/locations/remove?confirm=true', input)).status).toBe(200)
  const second = { location: await add() }
  expect(await rpc(http, { ...request, params: second, confirm: true })).toMatchObject({
    result: { locationId: second.location },
  })
  const third = { location: await add() }
  expect(await graphql(third, ', confirm: true')).toMatchObject({
    data: { locationsRemove: { locationId: third.location } },
  })
  const last = { location: await add() }
  expect(await client.action('locations.remove', last, { confirm: true })).toMatchObject({ locationId: last.location })
})

test('other flags change what a confirmation is about, and a dry run needs none', async () => {
  await using http = await startTestHttp()
  await post(http, '/api/v1/libraries/create', { name: 'Photos' })
  const ask = async (name: string, input: object) => (await post(http, `/api/v1/${name}`, input)).json()
  const [whole, kept, moved, tried] = [
    await ask('libraries/delete', { library: 'Photos' }),
    await ask('libraries/delete', { library: 'Photos', keepFiles: true }),
    await ask('sidecars/convert', { allLivePhotos: true }),
    await ask('sidecars/convert', { allLivePhotos: true, dryRun: true }),
  ]
  expect(whole).toMatchObject({ details: { destroys: expect.stringContaining('moves to the trash') } })
  expect(kept).toMatchObject({ details: { destroys: expect.stringContaining('its folder stays in place') } })
  expect(moved).toMatchObject({ code: 'NeedsConfirmation' })
  expect(tried).toMatchObject({ job: null })
})

test('every operation that the command line asks about takes a confirmation in the document', async () => {
  await using http = await startTestHttp()
  const { paths } = await openApi(http)
  const asks = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .filter(({ parameters = [] }) => parameters.some(({ name }) => name === 'confirm'))
  expect(asks.map(({ operationId }) => operationId).toSorted()).toEqual([
    'libraries.delete',
    'libraries.leave',
    'libraries.restore',
    'locations.remove',
    'network.revoke',
    'sidecars.convert',
  ])
  for (const { responses } of asks) expect(Object.keys(responses)).toContain('409')
})

test('a list is never cut: not if its name repeats, not with [], and a single value given twice is refused', async () => {
  await using http = await startTestHttp()
  await post(http, '/api/v1/libraries/create', { name: 'Photos' })
  const ask = async (query: string) => (await (await http.fetch(`/api/v1/search/files?${query}`)).json()) as object
  const both = await ask('query=&type=image&type=video')
  expect(both).toMatchObject({ total: 0 })
  expect(await ask('type=image&type=nonsense')).toMatchObject({ detail: expect.stringContaining('type') })
  expect(await ask('type[]=image&type[]=nonsense')).toMatchObject({ detail: expect.stringContaining('type') })
  expect(await ask('type[]=image&type=nonsense')).toMatchObject({ code: 'InvalidInput' })
  expect(await ask('type%5B%5D=image&type%5B%5D=video')).toMatchObject({ total: 0 })
  expect(await ask('limit=1&limit=2')).toMatchObject({
    code: 'InvalidInput',
    detail: 'the parameter limit is given 2 times, but takes one value',
  })
  expect(await ask('limit[]=1')).toMatchObject({ detail: 'the parameter limit is not a list; remove the []' })
  expect(await ask('library=Photos&library=Other')).toMatchObject({
    detail: 'the parameter library is given 2 times',
  })
  const tooMany = new URLSearchParams(Array.from({ length: 201 }, (_, at) => ['ext', `e${at}`]))
  expect(await ask(tooMany.toString())).toMatchObject({ code: 'InvalidInput', detail: expect.stringContaining('ext') })
})

test('every operation has an example of its request and of its answer, which its schemas accept', async () => {
  await using http = await startTestHttp()
  const { paths } = await openApi(http)
  const wrong: unknown[] = []
  for (const methods of Object.values(paths)) {
    for (const { operationId, parameters = [], requestBody, responses } of Object.values(methods)) {
      const { input, name, output } = operationOf(operationId)
      const own = parameters.filter((each) => each.name !== 'confirm' && (each.name !== 'library' || each.required))
      const asked =
        requestBody === undefined
          ? Object.fromEntries(own.flatMap((each) => ('example' in each ? [[each.name, each.example]] : [])))
          : exampleIn(requestBody)
      const request = input.safeParse(asked)
      if (!request.success) wrong.push([name, 'request', asked, request.error.issues])
      const answered = exampleIn(responses[200])
      const answer = output.safeParse(answered)
      if (!answer.success) wrong.push([name, 'answer', answered, answer.error.issues])
    }
  }
  expect(wrong).toEqual([])
  // Of each operation, the request and the answer have a name.
  const described = Object.values(paths).flatMap((methods) => Object.values(methods))
  for (const { requestBody, responses } of described.filter((each) => each.requestBody)) {
    expect(refsIn(requestBody)).toEqual([expect.stringMatching(/^#\/components\/schemas\/\w+$/)])
    expect(refsIn(responses[200])).toEqual([expect.stringMatching(/^#\/components\/schemas\/\w+$/)])
  }
})

function exampleIn(of: unknown): unknown {
  return (of as { content: { 'application/json': { example: unknown } } }).content['application/json'].example
}
