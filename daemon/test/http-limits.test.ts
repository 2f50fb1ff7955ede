import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test, vi } from 'vitest'
import { startTestHttp, type TestHttp } from './test-http.ts'

async function open(http: TestHttp): Promise<Socket> {
  const { hostname, port } = new URL(http.origin)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** All that comes until the end. */
async function allFrom(socket: Socket): Promise<string> {
  let said = ''
  socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')))
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  return said
}

function host({ origin }: TestHttp): string {
  return new URL(origin).host
}

test.each([
  ['headers', 'GET /health HTTP/1.1\r\n', 'x-slow: 1\r\n'],
  [
    'a body',
    'POST /rpc HTTP/1.1\r\nHost: HOST\r\ncontent-type: application/json\r\nAuthorization: Bearer TOKEN\r\ncontent-length: 100000\r\n\r\n',
    ' ',
  ],
])('who drips %s in is cut off', async (_what, head, drop) => {
  await using http = await startTestHttp({ limits: { headersMs: 200, requestMs: 400 } })
  const socket = await open(http)
  const said = allFrom(socket)
  socket.write(head.replace('HOST', host(http)).replace('TOKEN', http.token))
  // Only after reading all that has arrived: after a failed write, nothing more is read.
  const dripping = setInterval(() => setImmediate(() => socket.write(drop)), 20)
  expect(await said).toContain('HTTP/1.1 408')
  clearInterval(dripping)
  // On a slow machine also one that is in a hurry may be too late at first.
  await vi.waitFor(async () => expect((await http.fetch('/health')).status).toBe(200))
})

test('headers of more than sixteen kilobytes are refused', async () => {
  await using http = await startTestHttp()
  expect((await http.raw('/health', { headers: { 'x-large': 'x'.repeat(20_000) } })).status).toBe(431)
})

test('a body is refused above the limit, and where it does not say how large it is', async () => {
  await using http = await startTestHttp({ limits: { bodyBytes: 1_000 } })
  const ask = (init: RequestInit) =>
    http.fetch('/rpc', { method: 'POST', headers: { 'content-type': 'application/json' }, ...init })
  const request = (bytes: number) =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'system.status', params: { x: 'y'.repeat(bytes) } })
  expect((await ask({ body: request(100) })).status).toBe(200)
  const refused = await ask({ body: request(2_000) })
  expect([refused.status, await refused.json()]).toMatchObject([413, { code: 'InvalidInput' }])
  const stream: RequestInit & { duplex: 'half' } = { body: new Blob([request(100)]).stream(), duplex: 'half' }
  expect((await ask(stream)).status).toBe(411)
})

test.each(['content-length: 1000000000', 'transfer-encoding: chunked'])(
  'a gigabyte is not taken (%s)',
  async (header) => {
    await using http = await startTestHttp()
    const socket = await open(http)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const head = `POST /rpc HTTP/1.1\r\nHost: ${host(http)}\r\nAuthorization: Bearer ${http.token}\r\ncontent-type: application/json\r\n`
    socket.write(`${head}${header}\r\n\r\n`)
    const chunk = Buffer.from(`100000\r\n${' '.repeat(0x100000)}\r\n`)
    while (!socket.destroyed && socket.bytesWritten < 1_000_000_000) {
      if (!socket.write(chunk)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
    }
    expect(socket.bytesWritten).toBeLessThan(100_000_000)
  },
)

test('of too many connections the rest is told, and those that wait for nothing make room', async () => {
  const done = Promise.withResolvers<void>()
  let asked = 0
  const doctor = async () => {
    asked++
    await done.promise
    return { ok: true, checks: [], engines: [] }
  }
  await using http = await startTestHttp({ core: { doctor }, limits: { connections: 20 } })
  const busy = Array.from({ length: 20 }, () => http.fetch('/api/v1/system/doctor'))
  await vi.waitUntil(() => asked === 20)
  const more = await Promise.all(Array.from({ length: 300 }, () => open(http)))
  const told = await Promise.all(more.map(allFrom))
  expect(told.filter((text) => text.startsWith('HTTP/1.1 503'))).toHaveLength(300)
  done.resolve()
  expect((await Promise.all(busy)).map(({ status }) => status)).toEqual(busy.map(() => 200))

  // A flood that says nothing takes nobody's room.
  const silent = await Promise.all(Array.from({ length: 300 }, () => open(http)))
  expect((await http.raw('/health')).status).toBe(200)
  for (const socket of silent) socket.destroy()
})

/** What a client sends that keeps its side of the connection open whatever comes. */
async function halfOpen(http: TestHttp): Promise<Socket> {
  const { hostname, port } = new URL(http.origin)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'

test.each([
  ['without a session', '/ws', ''],
  ['at another address', '/elsewhere', ''],
  ['of another site', '/ws', 'Origin: http://evil.example\r\n'],
])('refused WebSockets %s take no place, though their clients never close', async (_what, path, extra) => {
  await using http = await startTestHttp({ limits: { connections: 8 } })
  const sockets: Socket[] = []
  for (let n = 0; n < 40; n++) {
    const socket = await halfOpen(http)
    sockets.push(socket)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host(http)}\r\n${extra}${UPGRADE}`)
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 40[134]/)
  }
  expect((await http.raw('/health')).status).toBe(200)
  for (const socket of sockets) socket.destroy()
})

test('five hundred requests at once for one file of the page are answered one after the other, and cost nothing', async () => {
  using folder = createTempDir('page')
  const large = Buffer.alloc(4 * 1024 * 1024, 'x')
  mkdirSync(join(folder.path, 'dist/assets'), { recursive: true })
  writeFileSync(join(folder.path, 'dist/index.html'), '<!doctype html>')
  writeFileSync(join(folder.path, 'dist/assets/large-1234.js'), large)
  await using http = await startTestHttp({ webFolder: folder.path, limits: { pipelined: 1_000 } })
  const sockets = await Promise.all(Array.from({ length: 4 }, () => open(http)))
  const before = process.memoryUsage.rss()
  for (const socket of sockets)
    socket.write(`GET /assets/large-1234.js HTTP/1.1\r\nHost: ${host(http)}\r\n\r\n`.repeat(500))
  // A few answers are read; the rest waits, and is not made.
  await Promise.all(
    sockets.map(async (socket) => {
      let read = 0
      for await (const chunk of socket as AsyncIterable<Buffer>) if ((read += chunk.length) > 3 * large.length) break
    }),
  )
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024)
})

test('a client that sends too many requests at once is disconnected', async () => {
  await using http = await startTestHttp()
  const socket = await open(http)
  socket.write(`GET /health HTTP/1.1\r\nHost: ${host(http)}\r\n\r\n`.repeat(500))
  const answers = (await allFrom(socket)).match(/HTTP\/1\.1 200/g) ?? []
  expect(answers.length).toBeLessThan(20)
  // A few at once are answered in their order.
  const patient = await open(http)
  patient.write(
    `GET /health HTTP/1.1\r\nHost: ${host(http)}\r\n\r\n`.repeat(4) +
      `GET /health HTTP/1.1\r\nHost: ${host(http)}\r\nConnection: close\r\n\r\n`,
  )
  expect((await allFrom(patient)).match(/HTTP\/1\.1 200/g)).toHaveLength(5)
})

test.each([
  ['takes nothing of its answer', { slowMs: 400, slowBytes: 1 }, 0],
  ['takes its answer too slowly, however steadily', { slowMs: 1_000, slowBytes: 16 * 1024 * 1024 }, 64 * 1024],
])('who %s is cut off', async (_what, limits, bytesAtOnce) => {
  const size = 64 * 1024 * 1024
  await using http = await startTestHttp({ limits })
  const path = join(http.folder, 'large.bin')
  writeFileSync(path, Buffer.alloc(size))
  const socket = await open(http)
  let taken = 0
  socket.on('readable', () => {})
  const taking = setInterval(() => (taken += (socket.read(bytesAtOnce) as Buffer | null)?.length ?? 0), 20)
  socket.write(
    `GET /media/file/large.bin?path=${encodeURIComponent(path)} HTTP/1.1\r\nHost: ${host(http)}\r\nAuthorization: Bearer ${http.token}\r\n\r\n`,
  )
  // No more is read until the server has given up.
  await vi.waitUntil(() => http.log.some(({ message }) => message.includes('too slowly')))
  clearInterval(taking)
  expect(taken > 0).toBe(bytesAtOnce > 0)
  socket.removeAllListeners('readable')
  expect((await allFrom(socket)).length + taken).toBeLessThan(size)
})

test('figures are told where that is wanted, and nowhere else', async () => {
  await using quiet = await startTestHttp()
  const off = await quiet.fetch('/metrics', { headers: { accept: 'text/plain' } })
  expect([off.status, await off.json()]).toMatchObject([
    404,
    { detail: expect.stringContaining('spacedrive config set http.metrics true') },
  ])
  await using http = await startTestHttp({ config: { 'http.metrics': 'true' } })
  await http.fetch('/api/v1/no/such')
  const text = await (await http.fetch('/metrics')).text()
  expect(text).toContain('spacedrive_http_requests_total{method="GET",status="4xx"} 1')
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(
      /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[\d.e+-]+|[a-z_]+\{.*\} NaN)$/,
    )
  }
})

test('running requests get time to finish when the server closes', async () => {
  const started = Promise.withResolvers<void>()
  const doctor = async (signal: AbortSignal) => {
    started.resolve()
    await once(signal, 'abort')
    return { ok: true, checks: [], engines: [] }
  }
  await using http = await startTestHttp({ core: { doctor }, limits: { farewellMs: 50 } })
  const answer = http.fetch('/api/v1/system/doctor').catch(() => 'cut off')
  await started.promise
  await http.server[Symbol.asyncDispose]()
  expect(await answer).toBe('cut off')
})
