import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getIntrospectionQuery } from 'graphql'
import { serverAudits } from 'graphql-http'
import { expect, test } from 'vitest'
import { fieldName } from '../src/graphql/schema.ts'
import { ops } from '../src/ops/index.ts'
import { startTestHttp, type TestHttp } from './test-http.ts'

interface Answer {
  readonly data?: Record<string, unknown> | null
  readonly errors?: { readonly message: string; readonly extensions?: Record<string, unknown> }[]
}

async function ask(http: TestHttp, query: string, variables: object = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const answer = await http.fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
  return (await answer.json()) as Answer
}

test('the audits of graphql-http find no fault', async () => {
  await using http = await startTestHttp()
  const fetchFn = (url: string, init: RequestInit) => http.fetch(url, init)
  const audits = serverAudits({ url: new URL('/graphql', http.origin).href, fetchFn })
  expect(audits).toHaveLength(61)
  const results = await Promise.all(audits.map(async ({ fn }) => fn()))
  expect(results.filter(({ status }) => status !== 'ok')).toEqual([])
})

test('every operation is a field: queries to read, actions to change', async () => {
  await using http = await startTestHttp()
  const { data } = await ask(http, '{ __schema { queryType { fields { name } } mutationType { fields { name } } } }')
  const { mutationType, queryType } = data!['__schema'] as Record<string, { fields: { name: string }[] }>
  const named = (kind: string) =>
    Object.values(ops)
      .filter((op) => op.kind === kind)
      .map(({ name }) => fieldName(name))
  expect(queryType!.fields.map(({ name }) => name)).toEqual(named('query'))
  expect(mutationType!.fields.map(({ name }) => name)).toEqual(named('action'))
})

test('one document asks for several things, each with what it is made of', async () => {
  await using http = await startTestHttp()
  const folder = join(http.folder, 'files')
  mkdirSync(join(folder, 'sub'), { recursive: true })
  writeFileSync(join(folder, 'notes.txt'), 'notes')
  writeFileSync(join(folder, 'sub', 'more.txt'), 'more notes')
  const made = await ask(http, 'mutation { librariesCreate(name: "Photos") { name current } }')
  expect(made).toEqual({ data: { librariesCreate: { name: 'Photos', current: true } } })
  const added = await ask(
    http,
    'mutation ($path: String!, $mode: LocationsAddMode) { locationsAdd(path: $path, mode: $mode, maxDepth: null) { location { name mode } job { id } } }',
    { path: folder, mode: 'content' },
  )
  expect(added.data).toMatchObject({ locationsAdd: { location: { name: 'files', mode: 'content' } } })
  const { job } = added.data!['locationsAdd'] as { job: { id: string } }
  await ask(http, 'query ($job: String!) { jobsWait(job: $job) { status } }', { job: job.id })
  const document = `query ($path: String!, $sort: FileSort) {
    systemStatus { library { name } jobs { running } }
    list: filesList(path: $path, sort: $sort) { source total items { name kind type size fileCount } }
    filesSizes(path: $path, depth: 2) { files children { name children { name size } } }
    searchFiles(query: "more", library: "Photos") {
      items { name why { __typename ... on NameReason { ranges } ... on TextReason { snippet } } }
    }
  }`
  expect(await ask(http, document, { path: folder, sort: null })).toEqual({
    data: {
      systemStatus: { library: { name: 'Photos' }, jobs: { running: expect.any(Number) } },
      list: {
        source: 'index',
        total: 2,
        items: [
          { name: 'sub', kind: 'directory', type: 'unknown', size: expect.any(Number), fileCount: 1 },
          { name: 'notes.txt', kind: 'file', type: 'text', size: 5, fileCount: null },
        ],
      },
      filesSizes: {
        files: 2,
        children: [
          { name: 'sub', children: [{ name: 'more.txt', size: 10 }] },
          { name: 'notes.txt', children: null },
        ],
      },
      searchFiles: { items: [{ name: 'more.txt', why: [{ __typename: 'NameReason', ranges: [[0, 4]] }] }] },
    },
  })
})

test('an error has our code, and the other fields are still answered', async () => {
  await using http = await startTestHttp()
  const { data, errors } = await ask(
    http,
    '{ systemStatus { version } librariesCurrent { name } locationsList { id } }',
  )
  expect(data ?? null).toBeNull()
  expect(errors).toMatchObject([{ extensions: { code: 'NotFound' }, path: ['locationsList'] }])
  const wrong = await ask(http, '{ systemLogs(tail: 0) { lines } }')
  expect(wrong.errors).toMatchObject([
    {
      message: expect.stringContaining('tail'),
      extensions: { code: 'InvalidInput', details: { issues: [{ field: 'tail' }] } },
    },
  ])
  expect((await ask(http, '{ filesDelete }')).errors).toMatchObject([
    { message: expect.stringContaining('filesDelete') },
  ])
})

test('tools that read the whole schema can', async () => {
  await using http = await startTestHttp()
  const { data, errors } = await ask(http, getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))
  expect(errors).toBeUndefined()
  expect(data).toHaveProperty('__schema.queryType.name', 'Query')
})

const many = (count: number, what: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => what(at)).join(' ')

test.each([
  ['too many operations under other names', `{ ${many(33, (at) => `a${at}: systemStatus { version }`)} }`, 'at once'],
  [
    'too deep a document',
    `{ filesSizes(path: "/") ${'{ children '.repeat(13)} { name } ${'}'.repeat(13)} }`,
    'levels deep',
  ],
  [
    'fragments of fragments',
    `{ ...f0 } ${many(12, (at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`)} fragment f12 on Query { systemStatus { version } }`,
    'at most 1000 fields',
  ],
  ['a fragment of itself', '{ ...f } fragment f on Query { ...f ...f }', 'at most 1000 fields'],
  [
    'the schema many times over',
    `{ ${many(251, (at) => `a${at}: __schema { types { fields { name } } }`)} }`,
    'at most 1000 fields',
  ],
  ['a document that is too long', `{ ${many(4_001, () => '__typename')} }`, 'token'],
])('%s is refused before anything is asked', async (_what, document, why) => {
  await using http = await startTestHttp()
  const { data, errors } = await ask(http, document)
  expect(data).toBeUndefined()
  expect(errors!.map(({ message }) => message).join('\n')).toContain(why)
})

test('requests without the token, and from forms and pages of other sites, are refused', async () => {
  await using http = await startTestHttp()
  const body = JSON.stringify({ query: '{ systemStatus { version } }' })
  const json = { 'content-type': 'application/json' }
  const token = { authorization: `Bearer ${http.token}` }
  expect((await http.raw('/graphql', { method: 'POST', headers: json, body })).status).toBe(401)
  const foreign = { ...json, ...token, origin: 'https://evil.example' }
  expect((await http.raw('/graphql', { method: 'POST', headers: foreign, body })).status).toBe(403)
  for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/graphql']) {
    const answer = await http.fetch('/graphql', { method: 'POST', headers: { 'content-type': type }, body })
    expect([type, answer.status]).toEqual([type, 415])
  }
  const read = await http.fetch(`/graphql?query=${encodeURIComponent('{ systemStatus { version } }')}`)
  expect([read.status, await read.json()]).toMatchObject([200, { data: { systemStatus: { version: '1.2.3' } } }])
  expect(read.headers.get('access-control-allow-origin')).toBeNull()
  const change = await http.fetch(
    `/graphql?query=${encodeURIComponent('mutation { librariesCreate(name: "x") { id } }')}`,
  )
  expect([change.status, change.headers.get('allow')]).toEqual([405, 'POST'])
  expect((await http.fetch('/graphql', { method: 'DELETE' })).status).toBe(405)
  const headers = { accept: 'text/html', authorization: `Bearer ${http.token}` }
  const browser = await http.raw('/graphql', { at: http.pageOrigin, headers })
  expect([browser.status, browser.body]).toEqual([406, ''])
  const large = JSON.stringify({ query: '{ systemStatus { version } }', variables: { x: 'x'.repeat(300_000) } })
  expect((await http.fetch('/graphql', { method: 'POST', headers: json, body: large })).status).toBe(413)
})

test('events come as they happen, and a listener that goes makes room', async () => {
  await using http = await startTestHttp({ limits: { eventStreams: 1 } })
  const query = 'subscription { events(types: [library_created]) { type seq event } }'
  const open = async (signal?: AbortSignal) =>
    http.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
      ...(signal ? { signal } : {}),
    })
  const leave = new AbortController()
  const answer = await open(leave.signal)
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  await ask(http, 'mutation { librariesCreate(name: "Photos") { id } }')
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let said = ''
  while (!said.includes('library_created')) said += (await reader.read()).value ?? ''
  expect(said).toContain('"name":"Photos"')
  expect(await (await open()).text()).toContain('try again when one of them has ended')
  leave.abort()
  await expect
    .poll(async () => {
      const again = new AbortController()
      const other = await open(again.signal)
      const first = await Promise.race([
        other.text(),
        new Promise<string>((resolve) => setTimeout(resolve, 100, 'open')),
      ])
      again.abort()
      return first
    })
    .toBe('open')
})
