import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { RawClient } from './raw-client.ts'
import { identity, startTestServer } from './test-server.ts'

/** An operation that ends only when it is given up. */
function endless(given: AbortSignal[]) {
  return async (signal: AbortSignal): Promise<never> => {
    given.push(signal)
    await once(signal, 'abort')
    throw signal.reason
  }
}

test('the daemon says who it is, and answers nothing before it was greeted', async () => {
  await using server = await startTestServer()
  using rude = await RawClient.connect(server.socket)
  expect(await rude.ask('system.status')).toMatchObject({ id: null, error: { data: { code: 'InvalidInput' } } })
  await rude.closed

  using client = await RawClient.connect(server.socket)
  expect(await client.ask('hello', { version: '9.9.9', protocol: 99 })).toEqual({
    jsonrpc: '2.0',
    id: 'ask',
    result: { ...identity, idle: true },
  })
})

test('a client that said hello while the daemon was held up is heard', async () => {
  const helloMs = 500
  await using server = await startTestServer({ limits: { helloMs } })
  await vi.waitFor(async () => {
    using client = await RawClient.connect(server.socket)
    // By then the server has taken the connection.
    for (let turns = 0; turns < 10; turns++) await nextTurn()
    client.send({ id: 'ask', method: 'hello', params: { version: '1.0.0', protocol: 1 } })
    // Nothing else happens in this process meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * helloMs)
    expect(await client.next()).toMatchObject({ id: 'ask', result: identity })
  })
})

test('an operation answers with its output', async () => {
  await using server = await startTestServer()
  using client = await RawClient.greeted(server.socket)
  expect(await client.ask('system.status')).toMatchObject({
    id: 'ask',
    result: { dataDir: server.core.dataDir, pid: process.pid, jobs: { running: 0, queued: 0, paused: 0 } },
  })
})

test('a query or a subscription with a field that it does not have is refused on the socket', async () => {
  await using server = await startTestServer()
  using client = await RawClient.greeted(server.socket)
  expect(await client.ask('libraries.list', { opn: true })).toMatchObject({
    error: { code: -32_602, message: 'libraries.list: there is no field "opn"' },
  })
  expect(await client.ask('events.subscribe', { subscription: 1, type: ['job.progress'] })).toMatchObject({
    error: { code: -32_602, message: 'events.subscribe: it has no "type"' },
  })
  expect(await client.ask('events.subscribe', { subscription: 1, types: ['no.such'] })).toMatchObject({
    error: { message: expect.stringMatching(/^events\.subscribe: types\.0 must be one of /) },
  })
  expect(await client.ask('events.subscribe', { subscription: 1, types: ['job.progres'] })).toMatchObject({
    error: { message: 'events.subscribe: types.0 cannot be "job.progres"; did you mean job.progressed?' },
  })
})

test.each(['no.such', '__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
  'the method %j is not found',
  async (method) => {
    await using server = await startTestServer()
    using client = await RawClient.greeted(server.socket)
    expect(await client.ask(method)).toMatchObject({ error: { data: { code: 'NotFound' } } })
    expect(await client.ask('system.status')).toMatchObject({ result: {} })
  },
)

test('a wrong input is refused, naming the field', async () => {
  await using server = await startTestServer()
  using client = await RawClient.greeted(server.socket)
  expect(await client.ask('system.logs', { tail: 'many' })).toMatchObject({
    error: { code: -32_602, message: expect.stringMatching(/^system\.logs: tail /), data: { code: 'InvalidInput' } },
  })
  expect(await client.ask('devices.rename', {})).toMatchObject({
    error: { message: 'devices.rename: name is missing' },
  })
})

test('an operation of a library is about the one that is named', async () => {
  await using server = await startTestServer()
  using client = await RawClient.greeted(server.socket)
  expect(await client.ask('locations.list')).toMatchObject({
    error: { message: expect.stringContaining('no library yet'), data: { code: 'NotFound' } },
  })
  await client.ask('libraries.create', { name: 'Photos' })
  await client.ask('libraries.create', { name: 'Music' })
  expect(await client.ask('libraries.info', {}, { library: 'Photos' })).toMatchObject({ result: { name: 'Photos' } })
  expect(await client.ask('libraries.info')).toMatchObject({ result: { name: 'Music' } })
  expect(await client.ask('locations.list', {}, { library: 'Nowhere' })).toMatchObject({
    error: { data: { code: 'NotFound' } },
  })
})

test('an unexpected error is logged in full and sent without detail', async () => {
  const failure = new Error('secret: /home/ann/diary')
  await using server = await startTestServer({ core: { doctor: () => Promise.reject(failure) } })
  using client = await RawClient.greeted(server.socket)
  const answer = await client.ask('system.doctor')
  expect(answer).toMatchObject({ error: { code: -32_603, data: { code: 'Internal', details: null } } })
  expect(JSON.stringify(answer)).not.toContain('secret')
  expect(server.log).toMatchObject([{ level: 'error', fields: { err: failure, method: 'system.doctor' } }])
})

test('a request that is given up ends, and only it', async () => {
  const given: AbortSignal[] = []
  await using server = await startTestServer({ core: { doctor: endless(given) } })
  using client = await RawClient.greeted(server.socket)
  client.send({ id: 1, method: 'system.doctor', params: {} })
  client.send({ id: 2, method: 'system.doctor', params: {} })
  await vi.waitUntil(() => given.length === 2)
  client.send({ method: '$/cancel', params: { id: 1 } })
  expect(await client.next()).toMatchObject({ id: 1, error: { data: { code: 'Cancelled' } } })
  expect(given.map((signal) => signal.aborted)).toEqual([true, false])
})

test('the requests of a client are cancelled when it disconnects', async () => {
  const given: AbortSignal[] = []
  await using server = await startTestServer({ core: { doctor: endless(given) } })
  const client = await RawClient.greeted(server.socket)
  client.send({ id: 1, method: 'system.doctor', params: {} })
  await vi.waitUntil(() => given.length === 1)
  client[Symbol.dispose]()
  await vi.waitFor(() => expect(given[0]?.aborted).toBe(true))
})

test('an id can be used again only when its answer came', async () => {
  await using server = await startTestServer({ core: { doctor: endless([]) } })
  using client = await RawClient.greeted(server.socket)
  client.send({ id: 1, method: 'system.doctor', params: {} })
  client.send({ id: 1, method: 'system.status', params: {} })
  expect(await client.next()).toMatchObject({ id: 1, error: { data: { code: 'InvalidInput' } } })
  client.send({ method: '$/cancel', params: { id: 1 } })
  expect(await client.next()).toMatchObject({ id: 1, error: { data: { code: 'Cancelled' } } })
})

test('a subscription hears the types it wants, from the number it wants, until it ends', async () => {
  await using server = await startTestServer()
  using client = await RawClient.greeted(server.socket)
  const { events } = server.core
  events.emit('config.changed', { key: 'before' })
  const since = events.lastSeq - 1
  const types = ['config.changed']
  expect(await client.ask('events.subscribe', { subscription: 7, types, since })).toMatchObject({
    result: { seq: since, complete: true },
  })
  events.emit('library.failed', { path: '/x', message: 'of no interest' })
  events.emit('config.changed', { key: 'after' })
  const keys = [await client.next(), await client.next()]
  expect(keys).toMatchObject([
    { method: 'event', params: { subscription: 7, event: { type: 'config.changed', data: { key: 'before' } } } },
    { method: 'event', params: { subscription: 7, event: { type: 'config.changed', data: { key: 'after' } } } },
  ])
  client.send({ method: 'events.unsubscribe', params: { subscription: 7 } })
  await client.ask('system.status')
  events.emit('config.changed', { key: 'unheard' })
  expect(await client.ask('system.status')).toMatchObject({ id: 'ask' })
})

test('a subscription says when the events it asked for are gone, and refuses types that do not exist', async () => {
  await using server = await startTestServer()
  using client = await RawClient.greeted(server.socket)
  expect(await client.ask('events.subscribe', { subscription: 1, since: 1_000_000 })).toMatchObject({
    result: { complete: false },
  })
  expect(await client.ask('events.subscribe', { subscription: 2, types: ['nothing.happened'] })).toMatchObject({
    error: { data: { code: 'InvalidInput' } },
  })
})

test('a listener that is too slow is told that it missed some, and how many', async () => {
  await using server = await startTestServer({ limits: { unreadBytes: 100_000 } })
  using client = await RawClient.greeted(server.socket)
  await client.ask('events.subscribe', { subscription: 1, types: ['config.changed'] })
  client.stopReading()
  const key = 'k'.repeat(1_000)
  const sent = 20_000
  for (let i = 0; i < sent; i++) {
    server.core.events.emit('config.changed', { key })
    if (i % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  client.socket.resume()
  let heard = 0
  let missed = 0
  while (heard + missed < sent) {
    const frame = await client.next()
    if (!frame) break
    const { event } = frame['params'] as { event: { type: string; count: number } }
    if (event.type === 'missed') missed += event.count
    else heard++
  }
  expect(missed).toBeGreaterThan(0)
  expect(heard + missed).toBe(sent)
})

test('asked to end, the daemon answers first', async () => {
  await using server = await startTestServer()
  using client = await RawClient.greeted(server.socket)
  expect(await client.ask('daemon.stop')).toMatchObject({ result: {} })
  await vi.waitUntil(() => server.stops === 1)
})
