import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { CoreError } from '@spacedrive/core/errors'
import { expect, test } from 'vitest'
import { MAX_ANSWER_LENGTH, MAX_SESSIONS_EACH, MAX_WATCHED } from '../src/mcp/limits.ts'
import { ResourceNotices } from '../src/mcp/resource-notices.ts'
import { McpTestServer } from './mcp-test-server.ts'
import { startTestHttp, type TestHttp } from './test-http.ts'

const LATEST = '2026-07-28'
const EARLIER = '2025-11-25'

interface Connected {
  readonly client: Client
  /** Addresses of resources that have changed, and `list` for their list. */
  readonly notices: string[]
  readonly logs: { level: string; data: unknown }[]
}

async function connect(
  url: string | URL,
  { headers = {}, revision }: { headers?: Record<string, string>; revision: string },
): Promise<Connected> {
  const mode = revision === LATEST ? { pin: LATEST } : 'legacy'
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  const notices: string[] = []
  const logs: Connected['logs'] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void notices.push(params.uri))
  client.setNotificationHandler('notifications/resources/list_changed', () => void notices.push('list'))
  client.setNotificationHandler('notifications/message', ({ params }) => void logs.push(params))
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
  return { client, notices, logs }
}

function connectTo(http: TestHttp, revision: string): Promise<Connected> {
  const headers = { authorization: `Bearer ${http.token}` }
  return connect(new URL('/mcp', http.origin), { revision, headers })
}

async function act(http: TestHttp, name: string, input: object): Promise<Record<string, unknown>> {
  const answer = await http.fetch(`/api/v1/${name.replace('.', '/')}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Record<string, unknown>
}

/** A library `Photos` with a location `files`. */
async function indexed(http: TestHttp, names: readonly string[] = ['a.txt']) {
  const folder = join(http.folder, 'files')
  mkdirSync(join(folder, 'trips', 'Rome'), { recursive: true })
  for (const name of names) writeFileSync(join(folder, name), name)
  const library = (await act(http, 'libraries.create', { name: 'Photos' })) as { id: string }
  const added = await act(http, 'locations.add', { path: folder, mode: 'content' })
  const { job, location } = added as { job: { id: string }; location: { id: string } }
  await act(http, 'jobs.wait', { job: job.id })
  return { folder, location: location.id, address: `sd://${library.id}/location/${location.id}` }
}

test('a search with a great many hits is bounded, says how many there are, and goes on', async () => {
  await using http = await startTestHttp()
  const count = 1_200
  const names = Array.from({ length: count }, (_, at) => `holiday-${'x'.repeat(150)}-${at}.txt`)
  await indexed(http, names)
  const { client } = await connectTo(http, EARLIER)
  const seen = new Set<string>()
  let cursor: string | null = null
  do {
    const given: Record<string, unknown> = { query: 'holiday', limit: 200, ...(cursor === null ? {} : { cursor }) }
    const { structuredContent } = await client.callTool({ name: 'search_files', arguments: given })
    expect(JSON.stringify(structuredContent).length).toBeLessThanOrEqual(MAX_ANSWER_LENGTH)
    const answer = structuredContent as { total: number; items: { path: string }[]; cursor: string | null }
    expect(answer.total).toBe(count)
    for (const { path } of answer.items) seen.add(path)
    cursor = answer.cursor
  } while (cursor !== null)
  expect(seen.size).toBe(count)
  const tooMany = await client.callTool({ name: 'search_files', arguments: { query: 'x', limit: 1_000_000 } })
  expect(tooMany).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^InvalidInput: .*limit/) }] })
  await client.close()
})

test.each([EARLIER, LATEST])('%s: a call that is cancelled stops the work', async (revision) => {
  const started = Promise.withResolvers<void>()
  const stopped = Promise.withResolvers<void>()
  await using server = await McpTestServer.listen({
    call: (_request, signal) => {
      started.resolve()
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped.resolve()
          reject(new CoreError('Cancelled', 'the call was cancelled'))
        })
      })
    },
  })
  const { client } = await connect(server.url, { revision })
  const controller = new AbortController()
  const call = client.callTool({ name: 'volumes_list', arguments: {} }, { signal: controller.signal })
  await started.promise
  controller.abort()
  await expect(call).rejects.toThrow(/abort/i)
  await stopped.promise
  await client.close()
})

test.each([EARLIER, LATEST])(
  '%s: prompts are the questions that people ask, and say what is missing',
  async (revision) => {
    await using http = await startTestHttp()
    const { client } = await connectTo(http, revision)
    const { prompts } = await client.listPrompts()
    expect(prompts.map(({ name }) => name)).toEqual([
      'find_document',
      'largest_folders',
      'files_without_copy',
      'duplicates',
      'photos_of_trip',
      'summarise_folder',
    ])
    const { tools } = await client.listTools()
    for (const { arguments: of = [], name } of prompts) {
      const given = Object.fromEntries(of.map((argument) => [argument.name, `my ${argument.name} "quoted"`]))
      const { messages } = await client.getPrompt({ name, arguments: given })
      const said = JSON.stringify(messages)
      // Every argument is used, and every tool that is named exists.
      for (const argument of of) expect(said).toContain(`my ${argument.name}`)
      for (const [tool] of said.matchAll(/\b(?:files|search|sidecars|media|locations)_\w+/g))
        expect(tools.map((each) => each.name)).toContain(tool)
    }
    const { messages } = await client.getPrompt({ name: 'largest_folders', arguments: { path: ' ' } })
    expect(messages).toMatchObject([{ content: { text: expect.stringContaining('in each location') } }])
    await expect(client.getPrompt({ name: 'find_document', arguments: {} })).rejects.toThrow(
      'the prompt find_document needs the argument about: what the document is about',
    )
    await expect(client.getPrompt({ name: 'duplicates', arguments: { colour: 'red' } })).rejects.toThrow(
      'the prompt duplicates has no argument "colour"; it has only library',
    )
    await expect(client.getPrompt({ name: 'duplicate' })).rejects.toThrow('there is no prompt "duplicate"')
    await expect(
      client.getPrompt({ name: 'summarise_folder', arguments: { path: 'x'.repeat(20_000) } }),
    ).rejects.toThrow('longer than 16384 characters')
    await client.close()
  },
)

test.each([EARLIER, LATEST])(
  '%s: completions are real libraries, locations, folders, types and months',
  async (revision) => {
    await using http = await startTestHttp()
    const { folder, location } = await indexed(http, ['a.txt', 'b.txt'])
    const { client } = await connectTo(http, revision)
    const complete = async (of: { prompt: string } | { template: string }, name: string, value: string, given = {}) => {
      const ref =
        'prompt' in of
          ? { type: 'ref/prompt' as const, name: of.prompt }
          : { type: 'ref/resource' as const, uri: of.template }
      const { completion } = await client.complete({ ref, argument: { name, value }, context: { arguments: given } })
      return completion
    }
    const ask = { prompt: 'find_document' }
    expect((await complete(ask, 'library', 'pho')).values).toEqual(['Photos'])
    expect((await complete(ask, 'location', '')).values).toEqual(['files'])
    expect((await complete(ask, 'type', 'sheet')).values).toEqual(['spreadsheet'])
    expect((await complete(ask, 'about', 'x')).values).toEqual([])
    expect((await complete(ask, 'location', '', { library: 'No Such' })).values).toEqual([])
    const of = { prompt: 'summarise_folder' }
    expect((await complete(of, 'path', '')).values).toEqual([folder])
    expect((await complete(of, 'path', `${folder}/tr`)).values).toEqual([join(folder, 'trips')])
    expect((await complete(of, 'path', `${folder}/none/x`)).values).toEqual([])
    const file = { template: 'sd://{library}/location/{location}/{+path}' }
    expect((await complete(file, 'location', '', { library: 'Photos' })).values).toEqual([location])
    const given = { library: 'Photos', location }
    expect((await complete(file, 'path', '', given)).values).toEqual(['a.txt', 'b.txt', 'trips/'])
    expect((await complete(file, 'path', 'trips/R', given)).values).toEqual(['trips/Rome/'])
    expect((await complete(file, 'path', '../', given)).values).toEqual([])
    const sidecar = { template: 'sd://{library}/sidecar/{content}/{kind}' }
    expect((await complete(sidecar, 'kind', 'o')).values).toEqual(['ocr'])
    await client.close()
  },
)

test('a long list of completions is cut, and says so', async () => {
  await using http = await startTestHttp()
  const { location } = await indexed(
    http,
    Array.from({ length: 150 }, (_, at) => `n${at}`),
  )
  const { client } = await connectTo(http, EARLIER)
  const { completion } = await client.complete({
    ref: { type: 'ref/resource', uri: 'sd://{library}/location/{location}/{+path}' },
    argument: { name: 'path', value: 'n' },
    context: { arguments: { location } },
  })
  expect([completion.values.length, completion.hasMore]).toEqual([100, true])
  await client.close()
})

test.each([EARLIER, LATEST])(
  '%s: a client hears of changes in what it watches, and of nothing else',
  async (revision) => {
    await using http = await startTestHttp()
    const { address, folder } = await indexed(http)
    const { client, notices } = await connectTo(http, revision)
    const watched = `${address}/trips/Rome`
    const stop = await watch(client, revision, watched)
    writeFileSync(join(folder, 'trips', 'Rome', 'photo.jpg'), 'x')
    await expect.poll(() => notices).toContain(watched)
    mkdirSync(join(http.folder, 'more'))
    await act(http, 'locations.add', { path: join(http.folder, 'more'), mode: 'shallow' })
    await expect.poll(() => notices).toContain('list')
    expect(new Set(notices)).toEqual(new Set([watched, 'list']))
    await stop()
    notices.length = 0
    renameSync(join(folder, 'trips', 'Rome', 'photo.jpg'), join(folder, 'trips', 'Rome', 'other.jpg'))
    // The next notice that anyone gets comes after the one that is not sent.
    const { client: other, notices: others } = await connectTo(http, revision)
    await watch(other, revision, address)
    writeFileSync(join(folder, 'b.txt'), 'x')
    await expect.poll(() => others).toContain(address)
    expect(notices.filter((uri) => uri !== 'list')).toEqual([])
    await client.close()
    await other.close()
  },
)

async function watch(client: Client, revision: string, uri: string): Promise<() => Promise<unknown>> {
  if (revision === LATEST) {
    const subscription = await client.listen({ resourceSubscriptions: [uri], resourcesListChanged: true })
    return () => subscription.close()
  }
  await client.subscribeResource({ uri })
  return () => client.unsubscribeResource({ uri })
}

test('what cannot be watched is refused, with the reason', async () => {
  await using http = await startTestHttp()
  const { address } = await indexed(http)
  const { client } = await connectTo(http, EARLIER)
  await expect(client.subscribeResource({ uri: 'sd://Photos/location/none' })).rejects.toThrow(/^NotFound|NotFound: /)
  for (let at = 0; at < MAX_WATCHED; at++) await client.subscribeResource({ uri: `${address}/${at}` })
  await expect(client.subscribeResource({ uri: address })).rejects.toThrow(
    '100 resources are watched already; unsubscribe from one of them',
  )
  await client.unsubscribeResource({ uri: `${address}/0` })
  await client.subscribeResource({ uri: address })
  const latest = await connectTo(http, LATEST)
  await expect(latest.client.listen({ resourceSubscriptions: ['sd://Photos/location/none'] })).rejects.toThrow(
    'NotFound',
  )
  const many = Array.from({ length: MAX_WATCHED + 1 }, (_, at) => `${address}/${at}`)
  await expect(latest.client.listen({ resourceSubscriptions: many })).rejects.toThrow('101 resources are too many')
  await client.close()
  await latest.client.close()
})

test('requests at the same time do not pass the limit, and a resource that is watched twice is released once', async () => {
  const answers: (() => void)[] = []
  const resources = {
    templates: [],
    list: async () => [],
    read: async () => ({ contents: [] }),
    isListChangedBy: () => false,
    changedBy: async (uri: string) => {
      await new Promise<void>((resolve) => answers.push(resolve))
      if (uri === 'sd://gone') throw new CoreError('NotFound', 'there is no such resource')
      return () => true
    },
  }
  using notices = new ResourceNotices({ resources, watch: () => ({ [Symbol.dispose]: () => {} }) })
  const call = { askIn: () => () => Promise.reject(new Error('not asked')), log: async () => {}, context: null }
  const asked = Array.from({ length: 300 }, (_, at) => notices.watch(`sd://${at}`, call))
  const gone = notices.watch('sd://gone', call)
  for (const answer of answers) answer()
  const settled = await Promise.allSettled(asked)
  expect(settled.map(({ status }) => status)).toEqual(
    Array.from({ length: 300 }, (_, at) => (at < MAX_WATCHED ? 'fulfilled' : 'rejected')),
  )
  await expect(gone).rejects.toThrow('100 resources are watched already')
  notices.unwatch('sd://0')
  // A place that was taken for nothing is free again.
  const nothing = notices.watch('sd://gone', call)
  answers.at(-1)!()
  await expect(nothing).rejects.toThrow('there is no such resource')
  const twice = [notices.watchOnce('sd://new', call), notices.watchOnce('sd://new', call)]
  for (const answer of answers) answer()
  await Promise.all(twice)
  await expect(notices.watch('sd://more', call)).rejects.toThrow('100 resources are watched already')
  notices.unwatch('sd://new')
  const more = notices.watch('sd://more', call)
  answers.at(-1)!()
  await more
})

test('a request in pieces, without a length, is a listening like any other', async () => {
  await using server = await McpTestServer.listen({
    call: () => Promise.reject(new CoreError('NotFound', 'there is no such library')),
  })
  const ask = (uri: string, more = '') => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': LATEST,
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'subscriptions/listen',
      params: { notifications: { resourceSubscriptions: [uri] }, _meta: meta, more },
    }
    return fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': LATEST,
        'mcp-method': 'subscriptions/listen',
      },
      body: new Blob([JSON.stringify(message)]).stream(),
      duplex: 'half',
    } as RequestInit)
  }
  expect(await (await ask('sd://Photos/location/none')).text()).toContain('NotFound')
  expect((await ask('sd://Photos/location/none', 'x'.repeat(300_000))).status).toBe(413)
})

test('a client gets log messages of the level that it sets, and none before', async () => {
  await using http = await startTestHttp()
  const { client, logs } = await connectTo(http, EARLIER)
  await client.callTool({ name: 'libraries_list', arguments: {} })
  expect(logs).toEqual([])
  await client.setLoggingLevel('info')
  await indexed(http)
  await expect
    .poll(() => logs.map(({ data, level }) => [level, (data as { message?: string }).message]))
    .toContainEqual(['info', expect.stringMatching(/^the job .* was completed$/)])
  expect(logs.filter(({ level }) => level === 'debug')).toEqual([])
  await client.callTool({ name: 'files_list', arguments: { path: '/no/such/folder' } })
  expect(logs.at(-1)).toMatchObject({
    level: 'notice',
    data: { tool: 'files_list', message: expect.stringMatching(/^NotFound: /) },
  })
  await client.setLoggingLevel('debug')
  await client.callTool({ name: 'libraries_list', arguments: {} })
  expect(logs.at(-1)).toMatchObject({ level: 'debug', data: { tool: 'libraries_list' } })
  await client.close()
})

test('sessions are bounded: the one that was unused for the longest time ends, and can begin again', async () => {
  await using http = await startTestHttp()
  const first = await connectTo(http, EARLIER)
  const second = await connectTo(http, EARLIER)
  const others = await Promise.all(Array.from({ length: MAX_SESSIONS_EACH - 2 }, () => connectTo(http, EARLIER)))
  await first.client.listTools()
  const last = await connectTo(http, EARLIER)
  await first.client.listTools()
  await expect(second.client.listTools()).rejects.toThrow(/there is no such session/)
  for (const { client } of [first, last, ...others]) await client.close()
})

test('a session is of no use to a client with other rights', async () => {
  await using http = await startTestHttp()
  const { client } = await connectTo(http, EARLIER)
  const session = (client.transport as StreamableHTTPClientTransport).sessionId!
  const { key } = (await act(http, 'sessions.createKey', { name: 'assistant' })) as { key: string }
  const answer = await http.raw('/mcp', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': session,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  })
  expect(answer.status).toBe(404)
  await client.close()
})
