import { once } from 'node:events'
import { Client, ClientError } from '@spacedrive/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startTestHttp, type TestHttp } from './test-http.ts'
import { webSocketTransport } from './web-socket-transport.ts'

function addressOf({ origin }: TestHttp): string {
  return `${origin.replace('http', 'ws')}/ws`
}

async function connected(http: TestHttp): Promise<Client> {
  const headers = { authorization: `Bearer ${http.token}` }
  return Client.open(webSocketTransport(addressOf(http), { headers }), '1.2.3')
}

async function rawSocket(http: TestHttp): Promise<WebSocket> {
  const socket = new WebSocket(addressOf(http), { headers: { authorization: `Bearer ${http.token}` } })
  await once(socket, 'open')
  return socket
}

async function closeCode(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number]
  return code
}

test('a page that is signed in asks, changes and listens over one WebSocket', async () => {
  await using http = await startTestHttp()
  const { access } = await (await http.openPage()).prove()
  const address = `${addressOf(http)}?access=${access}`
  using client = await Client.open(webSocketTransport(address, { origin: http.origin }), '1.2.3')
  expect(client.hello).toMatchObject({ protocol: 1, instance: 'test', idle: true })
  const heard: string[] = []
  using _subscription = await client.subscribe({ types: ['library.created'] }, (event) => heard.push(event.type))
  await client.action('libraries.create', { name: 'Photos' })
  expect(await client.query('libraries.info', {}, { library: 'Photos' })).toMatchObject({ name: 'Photos' })
  await vi.waitUntil(() => heard.length === 1)
  await expect(client.call('no.such', {})).rejects.toMatchObject({ code: 'NotFound' })
})

test('answers of many megabytes come whole, and mixed', async () => {
  const lines = Array.from({ length: 5_000 }, (_, n) => `${n} ${'ü'.repeat(300)}`)
  await using http = await startTestHttp({ core: { logTail: async () => ({ file: null, lines }) } })
  using client = await connected(http)
  const answers = await Promise.all([
    client.query('system.logs', {}),
    client.query('system.status', {}),
    client.query('system.logs', {}),
  ])
  expect([answers[0].lines, answers[2].lines]).toEqual([lines, lines])
})

test('a burst of events comes in batches, and whole', async () => {
  await using http = await startTestHttp({ serverLimits: { eventBatchMs: 50 } })
  using client = await connected(http)
  const heard: string[] = []
  using _subscription = await client.subscribe({ types: ['config.changed'] }, (event) => {
    heard.push((event.data as { key: string }).key)
  })
  const sent = Array.from({ length: 500 }, (_, n) => String(n))
  for (const key of sent) http.core.events.emit('config.changed', { key })
  await expect.poll(() => heard).toEqual(sent)
})

test.each([
  ['no JSON', 'hello?', 1001],
  ['something before hello', '{"jsonrpc":"2.0","id":1,"method":"system.status","params":{}}', 1001],
  ['more than a frame may have', 'x'.repeat(2_000), 1009],
])('a client that sends %s is dropped', async (_what, frame, code) => {
  await using http = await startTestHttp({ serverLimits: { frameBytes: 1_000 } })
  const socket = await rawSocket(http)
  socket.on('error', () => {})
  socket.send(frame)
  expect(await closeCode(socket)).toBe(code)
  await vi.waitUntil(() => http.connections.count('websocket') === 0)
})

test('a client that says nothing is dropped', async () => {
  await using http = await startTestHttp({ serverLimits: { helloMs: 50 } })
  const silent = await rawSocket(http)
  expect(await closeCode(silent)).toBe(1006)
})

test('a client that is not there any more is dropped, and one that answers stays', async () => {
  // The time between two heartbeats passes when the test says so.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const heartbeatMs = 30_000
  await using http = await startTestHttp({ limits: { heartbeatMs } })
  const [living, dead] = [await rawSocket(http), await rawSocket(http)]
  for (const socket of [living, dead]) {
    socket.send('{"jsonrpc":"2.0","id":1,"method":"hello","params":{}}')
    await once(socket, 'message')
  }
  dead.pause()
  for (let beats = 0; beats < 3; beats++) {
    const asked = once(living, 'ping')
    vi.advanceTimersByTime(heartbeatMs)
    await asked
    // By the end of this the server has heard the answer, too.
    await http.raw('/health')
  }
  expect([http.connections.count('websocket'), living.readyState]).toEqual([1, WebSocket.OPEN])
  for (const socket of [living, dead]) socket.terminate()
})

test('with too many WebSockets the next one is refused, and the socket of the daemon is not', async () => {
  await using http = await startTestHttp({ serverLimits: { webSockets: 2 } })
  using first = await connected(http)
  using _second = await connected(http)
  const third = new WebSocket(addressOf(http), { headers: { authorization: `Bearer ${http.token}` } })
  const [, answer] = (await once(third, 'unexpected-response')) as [unknown, { statusCode: number }]
  expect(answer.statusCode).toBe(503)
  http.connections.check('socket', { rights: 'all', id: null })
  third.on('error', () => {})
  third.terminate()
  first[Symbol.dispose]()
  await vi.waitUntil(() => http.connections.count('websocket') === 1)
  using again = await connected(http)
  expect(again.hello.idle).toBe(false)
})

test('when the daemon ends, its WebSockets hear it, and those that do not answer are not waited for', async () => {
  const http = await startTestHttp({ serverLimits: { farewellMs: 50 } })
  const client = await connected(http)
  const deaf = await rawSocket(http)
  deaf.pause()
  await http[Symbol.asyncDispose]()
  expect(await client.closed).toMatchObject({ message: 'closed with 1001' })
  await expect(client.query('system.status', {})).rejects.toBeInstanceOf(ClientError)
  deaf.terminate()
})
