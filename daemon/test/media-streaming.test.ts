import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, readdirSync, readlinkSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { expect, test, vi } from 'vitest'
import { createTestMedia } from './media/media-server.ts'

/** More than all buffers between a server and a client that does not read. */
const LARGE = 64 * 2 ** 20
const NO_PROC = process.platform !== 'linux'

/** An answer of which nothing was read but its header. */
async function begin(address: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response] = (await once(get(address, { headers, agent: false }), 'response')) as [IncomingMessage]
  return response
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** How often this process has a file open. */
function timesOpen(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      // The one that this list was read by.
      return false
    }
  }).length
}

test('a large file comes whole and in parts, over one connection after the other', async () => {
  await using t = await createTestMedia()
  const bytes = randomBytes(3 * 2 ** 20 + 17)
  const address = (await t.listen()) + t.file(t.write('a.bin', bytes))
  const whole = await begin(address)
  expect(whole.headers).toMatchObject({ 'content-length': String(bytes.length), 'x-content-type-options': 'nosniff' })
  expect((await readAll(whole)).equals(bytes)).toBe(true)

  const range = await begin(address, { range: 'bytes=1000-2000999' })
  expect([range.statusCode, range.headers['content-range']]).toEqual([206, `bytes 1000-2000999/${bytes.length}`])
  expect((await readAll(range)).equals(bytes.subarray(1_000, 2_001_000))).toBe(true)

  const parts = await begin(address, { range: 'bytes=0-999999, 1500000-2499999' })
  const body = await readAll(parts)
  expect(parts.headers['content-length']).toBe(String(body.length))
  expect(body.includes(bytes.subarray(0, 1_000_000))).toBe(true)
  expect(body.includes(bytes.subarray(1_500_000, 2_500_000))).toBe(true)
})

test('twenty clients at once get what they asked for, each its own', async () => {
  await using t = await createTestMedia()
  const bytes = randomBytes(4 * 2 ** 20)
  const address = (await t.listen()) + t.file(t.write('a.bin', bytes))
  const wrong = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const first = i * 100_003
      const body = await readAll(await begin(address, { range: `bytes=${first}-${first + 1_999_999}` }))
      return body.equals(bytes.subarray(first, first + 2_000_000)) ? [] : [i]
    }),
  )
  expect(wrong.flat()).toEqual([])
})

test.skipIf(NO_PROC)('a client that goes away leaves no file open', async () => {
  await using t = await createTestMedia()
  const path = t.write('a.bin')
  truncateSync(path, LARGE)
  const address = (await t.listen()) + t.file(path)
  const responses = await Promise.all(Array.from({ length: 10 }, () => begin(address)))
  // None of them reads: each file is held open, and no more of it is read than fits.
  expect(timesOpen(path)).toBe(10)
  for (const response of responses) response.destroy()
  await vi.waitUntil(() => timesOpen(path) === 0)
})

test.skipIf(NO_PROC)('no answer leaves its file open, whatever it says', async () => {
  await using t = await createTestMedia()
  const path = t.write('a.txt', 'text')
  const { headers } = await t.ask(t.file(path))
  const etag = headers.get('etag')!
  for (const asked of [{ 'if-none-match': etag }, { 'if-match': '"x"' }, { range: 'bytes=9-' }, { range: 'bytes=0-1' }])
    await t.ask(t.file(path), { headers: asked as Record<string, string> })
  await t.ask(t.file(path), { method: 'HEAD' })
  expect(timesOpen(path)).toBe(0)
})

test.each([
  ['shrinks', (path: string) => truncateSync(path, LARGE / 2)],
  ['grows', (path: string) => appendFileSync(path, 'more')],
  ['is written to', (path: string) => writeFileSync(path, 'other', { flag: 'r+' })],
])('an answer from a file that %s meanwhile is cut off', async (_what, change) => {
  await using t = await createTestMedia()
  const path = t.write('a.bin')
  truncateSync(path, LARGE)
  const response = await begin((await t.listen()) + t.file(path))
  change(path)
  let received = 0
  response.on('data', (chunk: Buffer) => (received += chunk.length))
  await expect(once(response, 'end')).rejects.toThrow('aborted')
  expect(received).toBeLessThan(LARGE)
  await vi.waitUntil(() => t.warnings.some((warning) => warning.includes('changed while it was')))
})

test('an answer from a file that is replaced meanwhile is that from the file it was', async () => {
  await using t = await createTestMedia()
  const path = t.write('a.bin')
  truncateSync(path, LARGE)
  const response = await begin((await t.listen()) + t.file(path))
  renameSync(t.write('b.bin', 'another'), path)
  expect((await readAll(response)).length).toBe(LARGE)
})

test('a small file that shrinks before it is sent is told by its length', async () => {
  await using t = await createTestMedia()
  const path = t.write('log.txt', 'x'.repeat(1_000))
  const writing = setInterval(() => appendFileSync(path, 'x'), 1)
  try {
    for (let i = 0; i < 50; i++) {
      const response = await t.ask(t.file(path))
      const length = Number(response.headers.get('content-length'))
      const { length: found } = await response.arrayBuffer().then((body) => Buffer.from(body))
      expect([200, 409]).toContain(response.status)
      expect(response.status === 409 || found === length).toBe(true)
    }
  } finally {
    clearInterval(writing)
  }
})
