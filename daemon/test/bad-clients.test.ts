import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { RawClient } from './raw-client.ts'
import { startTestServer, type TestServer } from './test-server.ts'

const GIGABYTE = 1_000_000_000
const CHUNK = Buffer.alloc(1_048_576, 'x')

/** Nobody else may notice that a client was dropped. */
async function expectServing({ socket }: TestServer): Promise<void> {
  using other = await RawClient.greeted(socket)
  expect(await other.ask('system.status')).toMatchObject({ result: {} })
}

/** Gives the number of bytes that went out before the connection was gone. */
async function writeUntilDropped(client: RawClient, chunk: Buffer, maxBytes: number): Promise<number> {
  const { socket } = client
  while (socket.bytesWritten < maxBytes && !socket.destroyed) {
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => {}), client.closed])
  }
  return socket.bytesWritten
}

test.each([
  ['text', Buffer.from('hello?\n')],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: evil\r\n\r\n')],
  ['noise', Buffer.concat([randomBytes(100_000), Buffer.from('\n')])],
  ['a document that is no request', Buffer.from('{"jsonrpc":"2.0"}\n')],
  ['another version', Buffer.from('{"jsonrpc":"1.0","id":1,"method":"hello"}\n')],
  ['a batch', Buffer.from('[{"jsonrpc":"2.0","id":1,"method":"hello"}]\n')],
  ['an id that is none', Buffer.from('{"jsonrpc":"2.0","id":{},"method":"hello"}\n')],
  ['a million brackets', Buffer.from(`${'['.repeat(1_000_000)}\n`)],
])('a client that sends %s is told once, and dropped', async (_what, garbage) => {
  await using server = await startTestServer()
  using client = await RawClient.connect(server.socket)
  client.socket.write(garbage)
  expect(await client.next()).toMatchObject({ id: null, error: { data: { code: 'InvalidInput' } } })
  expect(await client.next()).toBeNull()
  await expectServing(server)
})

test('names from outside change nothing inside', async () => {
  await using server = await startTestServer()
  using client = await RawClient.greeted(server.socket)
  client.socket.write(
    '{"jsonrpc":"2.0","id":1,"method":"system.logs","params":{"__proto__":{"tail":1},"constructor":{"prototype":{"x":1}}}}\n',
  )
  expect(await client.next()).toMatchObject({
    id: 1,
    error: { message: expect.stringContaining('there is no field "__proto__"') },
  })
  expect(Object.hasOwn(Object.prototype, 'tail') || Object.hasOwn(Object.prototype, 'x')).toBe(false)
})

test('a client that sends a gigabyte without a newline is dropped at the limit', async () => {
  await using server = await startTestServer()
  using client = await RawClient.greeted(server.socket)
  const before = process.memoryUsage.rss()
  const sent = await writeUntilDropped(client, CHUNK, GIGABYTE)
  await client.closed
  // The limit of 8 MiB, and what the two ends of the socket hold.
  expect(sent).toBeLessThan(32 * CHUNK.length)
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * CHUNK.length)
  expect(server.log).toMatchObject([{ level: 'warn', fields: { why: expect.stringContaining('8388608 bytes') } }])
  await expectServing(server)
})

test('a client that sends its gigabyte in requests nobody can answer is dropped at the first', async () => {
  await using server = await startTestServer()
  using client = await RawClient.greeted(server.socket)
  const line = Buffer.concat([CHUNK, Buffer.from('\n')])
  expect(await writeUntilDropped(client, line, GIGABYTE)).toBeLessThan(32 * CHUNK.length)
  await expectServing(server)
})

test('a client that never reads is asked nothing more, and dropped after a while', async () => {
  const lines = Array.from({ length: 1_000 }, () => 'l'.repeat(1_000))
  let asked = 0
  const logTail = async () => ({ file: null, lines: (asked++, lines) })
  const limits = { unreadBytes: 4 * CHUNK.length, stalledMs: 200 }
  await using server = await startTestServer({ core: { logTail }, limits })
  using client = await RawClient.greeted(server.socket)
  client.stopReading()
  const request = '{"jsonrpc":"2.0","id":%,"method":"system.logs","params":{}}\n'
  for (let id = 0; id < 10_000; id++) client.socket.write(request.replace('%', String(id)))
  await vi.waitUntil(() => server.log.some(({ message }) => message === 'disconnected a client'))
  // One answer is a megabyte: some were under way when it was full, no more.
  expect(asked).toBeLessThan(200)
  await expectServing(server)
})

test('a client that says nothing is dropped', async () => {
  await using server = await startTestServer({ limits: { helloMs: 50 } })
  using client = await RawClient.connect(server.socket)
  await client.closed
  // On a busy machine also one that does say something may be too late at first.
  await vi.waitFor(() => expectServing(server))
})

test('a client that asks for too much at once is refused the rest, and can go on', async () => {
  const open = Promise.withResolvers<void>()
  const doctor = async () => {
    await open.promise
    return { ok: true, checks: [], engines: [] }
  }
  await using server = await startTestServer({ core: { doctor }, limits: { requestsInFlight: 3 } })
  using client = await RawClient.greeted(server.socket)
  for (let id = 1; id <= 4; id++) client.send({ id, method: 'system.doctor', params: {} })
  expect(await client.next()).toMatchObject({ id: 4, error: { data: { code: 'Unavailable' } } })
  open.resolve()
  expect([await client.next(), await client.next(), await client.next()].map((frame) => frame?.['id'])).toEqual([
    1, 2, 3,
  ])
  expect(await client.ask('system.status')).toMatchObject({ result: {} })
})

test('a client that subscribes without end is refused the rest', async () => {
  await using server = await startTestServer({ limits: { subscriptions: 2 } })
  using client = await RawClient.greeted(server.socket)
  for (const subscription of [1, 2]) await client.ask('events.subscribe', { subscription })
  expect(await client.ask('events.subscribe', { subscription: 2 })).toMatchObject({
    error: { data: { code: 'InvalidInput' } },
  })
  expect(await client.ask('events.subscribe', { subscription: 3 })).toMatchObject({
    error: { data: { code: 'Unavailable' } },
  })
})

test('with too many clients the next one is told, until one leaves', async () => {
  await using server = await startTestServer({ limits: { connections: 2 } })
  const first = await RawClient.greeted(server.socket)
  using _second = await RawClient.greeted(server.socket)
  using third = await RawClient.connect(server.socket)
  expect(await third.next()).toMatchObject({ id: null, error: { data: { code: 'Unavailable' } } })
  await third.closed
  first[Symbol.dispose]()
  await vi.waitFor(() => expectServing(server))
})

test('a client that does not read its answer does not hold up the end of the daemon', async () => {
  const lines = Array.from({ length: 3_000 }, () => 'l'.repeat(1_000))
  let asked = false
  const logTail = async () => ({ file: null, lines: ((asked = true), lines) })
  await using server = await startTestServer({ core: { logTail }, limits: { farewellMs: 50 } })
  using client = await RawClient.greeted(server.socket)
  client.stopReading()
  client.send({ id: 1, method: 'system.logs', params: {} })
  await vi.waitUntil(() => asked)
  await server.close()
  await expect(RawClient.connect(server.socket)).rejects.toThrow('ENOENT')
})
