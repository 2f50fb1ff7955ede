import { Client } from '@spacedrive/client'
import type { EventData } from '@spacedrive/core/events'
import { expect, test, vi } from 'vitest'
import { startTestHttp, type TestHttp } from './test-http.ts'
import { webSocketTransport } from './web-socket-transport.ts'

interface Heard {
  readonly id: string | null
  readonly event: string
  readonly data: Record<string, unknown>
}

/** A program that reads the stream as RFC-less `text/event-stream` is read: blocks of lines. */
async function listen(http: TestHttp, query = '', headers: Record<string, string> = {}) {
  const controller = new AbortController()
  const answer = await http.fetch(`/events${query}`, { headers, signal: controller.signal })
  const heard: Heard[] = []
  const reading = (async () => {
    let rest = ''
    for await (const text of answer.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split('\n\n')
      rest = blocks.pop() ?? ''
      heard.push(...blocks.flatMap(parse))
    }
    return 'ended'
  })().catch(() => 'cut off')
  return {
    answer,
    heard,
    reading,
    [Symbol.asyncDispose]: async () => {
      controller.abort()
      await reading
    },
  }
}

function parse(block: string): Heard[] {
  const fields = new Map(block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]))
  const event = fields.get('event')
  if (event === undefined) return []
  return [{ id: fields.get('id') ?? null, event, data: JSON.parse(fields.get('data')!) as Record<string, unknown> }]
}

const keysOf = (heard: readonly Heard[]) => heard.map(({ data }) => (data['data'] as { key: string }).key)

test('events come as they are sent, each with where to go on', async () => {
  await using http = await startTestHttp()
  await using first = await listen(http, '?type=config.changed')
  expect(first.answer.headers.get('content-type')).toBe('text/event-stream')
  http.core.events.emit('config.changed', { key: 'one' })
  http.core.events.emit('library.failed', { path: '/x', message: 'of no interest' })
  http.core.events.emit('config.changed', { key: 'two' })
  await vi.waitUntil(() => first.heard.length === 2)
  expect(first.heard[0]).toMatchObject({ event: 'config.changed', id: expect.stringMatching(/^[0-9a-z]+\.\d+$/) })

  const id = first.heard[0]!.id!
  await using byHeader = await listen(http, '?type=config.changed', { 'last-event-id': id })
  await using byQuery = await listen(http, `?type=config.changed&since=${id.split('.')[1]}`)
  http.core.events.emit('config.changed', { key: 'three' })
  await vi.waitUntil(() => byHeader.heard.length === 2 && byQuery.heard.length === 2)
  expect([keysOf(byHeader.heard), keysOf(byQuery.heard)]).toEqual([
    ['two', 'three'],
    ['two', 'three'],
  ])
})

test.each([
  ['of a daemon that ended', 'abc.1'],
  ['that is still to come', '1000000'],
])('who goes on after an event %s is told that some were missed', async (_what, id) => {
  await using http = await startTestHttp()
  await using stream = await listen(http, '?type=config.changed', { 'last-event-id': id })
  http.core.events.emit('config.changed', { key: 'one' })
  await vi.waitUntil(() => stream.heard.length === 2)
  expect(stream.heard).toMatchObject([{ event: 'missed', id: null }, { event: 'config.changed' }])
})

test('an unknown type of event is named, and where all are listed', async () => {
  await using http = await startTestHttp()
  const answer = await http.fetch('/events?type=job.progressed&type=no.such')
  expect(await answer.json()).toMatchObject({
    detail: 'there is no event type "no.such"; `spacedrive help events` lists all types',
  })
})

test('a stream with an unknown parameter is refused, with the one that was meant', async () => {
  await using http = await startTestHttp()
  const answer = await http.fetch('/events?types=config.changed')
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { detail: 'there is no parameter "types"; did you mean type?' },
  ])
})

test.each(['?type=no.such', '?since=yesterday', '?library=Nowhere'])('%s is refused', async (query) => {
  await using http = await startTestHttp()
  const answer = await http.fetch(`/events${query}`)
  expect(answer.status).toBeOneOf([400, 404])
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
})

test('a quiet stream says that it is alive; of too many the next is refused, until one leaves', async () => {
  await using http = await startTestHttp({ limits: { eventStreams: 1, heartbeatMs: 20 } })
  const first = await http.fetch('/events?type=config.changed')
  const reader = first.body!.pipeThrough(new TextDecoderStream()).getReader()
  let said = ''
  while (!said.includes('\n:\n')) said += (await reader.read()).value ?? ''
  expect((await http.fetch('/events')).status).toBe(503)
  await reader.cancel()
  await vi.waitFor(async () => {
    const next = await http.fetch('/events')
    await next.body?.cancel()
    expect(next.status).toBe(200)
  })
})

test('a stream ends with the daemon', async () => {
  const http = await startTestHttp()
  const stream = await listen(http)
  await http[Symbol.asyncDispose]()
  expect(await stream.reading).toBe('ended')
})

test('a HEAD request opens no event stream', async () => {
  await using http = await startTestHttp({ limits: { eventStreams: 1 } })
  for (let n = 0; n < 3; n++) {
    const head = await http.raw('/events', { method: 'HEAD', headers: { authorization: `Bearer ${http.token}` } })
    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream'])
  }
  await using listening = await listen(http)
  expect(listening.answer.status).toBe(200)
})

test('a key hears only what it may also ask for, by every way there is, also of what was before', async () => {
  await using http = await startTestHttp()
  const made = await http.fetch('/api/v1/sessions/createKey', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'reader', days: 1 }),
  })
  const { key } = (await made.json()) as { key: string }
  const headers = { authorization: `Bearer ${key}` }
  const pairing: EventData<'pairing.changed'> = {
    state: 'awaiting-confirmation',
    role: 'inviter',
    session: 's',
    device: null,
    number: '123456',
    confirmed: false,
    unattended: false,
    expiresAt: null,
    attemptsLeft: null,
    reason: null,
  }
  const happen = (name: string) => {
    http.core.events.emit('pairing.changed', pairing)
    http.core.events.emit('config.changed', { key: 'network.relay' })
    http.core.events.emit('library.failed', { path: '/x', message: name })
  }
  const since = http.core.events.lastSeq
  happen('before')
  await using stream = await listen(http, `?since=${since}`, headers)
  const socket = webSocketTransport(`${http.origin.replace('http', 'ws')}/ws`, { headers })
  using client = await Client.open(socket, '1.2.3')
  const bySocket: string[] = []
  using _subscription = await client.subscribe({}, ({ type }) => bySocket.push(type))
  const query = 'subscription { events { type } }'
  const graphql = await http.fetch(`/graphql?query=${encodeURIComponent(query)}`, {
    headers: { ...headers, accept: 'text/event-stream' },
  })
  const byGraphql: string[] = []
  const reading = (async () => {
    for await (const text of graphql.body!.pipeThrough(new TextDecoderStream()))
      byGraphql.push(...[...text.matchAll(/"type":"(\w+)"/g)].map(([, type]) => type!))
  })().catch(() => {})
  happen('after')
  await vi.waitUntil(() => stream.heard.length >= 2 && bySocket.length > 0 && byGraphql.length > 0)
  expect(stream.heard.map(({ event }) => event)).toEqual(['library.failed', 'library.failed'])
  expect([bySocket, byGraphql]).toEqual([['library.failed'], ['library_failed']])
  await http.server[Symbol.asyncDispose]()
  await reading
})
