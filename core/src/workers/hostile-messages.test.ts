import { join } from 'node:path'
import { serialize } from 'node:v8'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTempDir, type TempDir } from '../../testing/temp-dir.ts'
import { ProcessPool } from './process-pool.ts'

vi.setConfig({ testTimeout: 60_000 })

const soon = { deadlineMs: 30_000 }

let temp: TempDir
beforeEach(() => void (temp = createTempDir('messages')))
afterEach(() => temp[Symbol.dispose]())

/** A pool whose processes count as hostile, on every system. */
function pool(parse?: (reply: unknown) => unknown): ProcessPool<string, string> {
  return new ProcessPool({
    name: 'test',
    entry: new URL('test/troubled-child.ts', import.meta.url),
    processes: 1,
    memoryMiB: 300,
    box: { programs: [], temporary: join(temp.path, 'decoders') },
    layer: () => Promise.resolve({ layer: null, reason: 'the test asks for none', fix: null }),
    ...(parse && { parse }),
  })
}

/** A message as it is on the channel. */
function message(value: unknown): Buffer {
  const body = serialize(value)
  const head = Buffer.alloc(4)
  head.writeUInt32LE(body.length)
  return Buffer.concat([head, body])
}

function send(...parts: readonly Buffer[]): string {
  return `send ${Buffer.concat(parts).toString('hex')}`
}

/** The first request of a pool has this id. */
const id = 1
const answer = { id, ok: true, reply: 'answer' }

test.each([
  ['nothing', message(null)],
  ['a number', message(5)],
  ['an empty message', Buffer.alloc(4)],
  ['bytes that are no message', Buffer.from([5, 0, 0, 0, 1, 2, 3, 4, 5])],
  ['a longer message than allowed', Buffer.from([0, 0, 0x10, 0x01])],
  ['the longest message', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ['an internal message of Node', message({ cmd: 'NODE_HANDLE_ACK' })],
  ['a descriptor that there is not', message({ cmd: 'NODE_HANDLE', type: 'no such type' })],
  ['that it is ready, again', message({ ready: true })],
  ['an answer to another request', message({ ...answer, id: 2 })],
  ['a code that there is not', message({ id, ok: false, code: 'toString', message: '', last: false })],
  ['a message that is no text', message({ id, ok: false, code: 'Corrupt', message: { length: 1e9 }, last: false })],
  ['progress that nobody asked for', message({ id, progress: 1 })],
])('a process in a box that sends %s is ended, and the next request is answered', async (_, bytes) => {
  await using one = pool()
  await expect(one.run(send(bytes), soon)).rejects.toMatchObject({
    code: 'Corrupt',
    message: expect.stringMatching(/^the test process sent a message that is not valid: /) as string,
  })
  expect(await one.run('next', soon)).toMatch(/^next/)
})

test('a request has one answer: a second one ends the process, and every request settles', async () => {
  await using one = pool()
  const twice = one.run(send(message(answer), message(answer)), soon)
  const next = one.run('next', soon)
  const last = one.run('last', soon)
  expect(await twice).toBe('answer')
  // It had this request already.
  await expect(next).rejects.toMatchObject({ code: 'Corrupt' })
  expect(await last).toMatch(/^last/)
})

test.each([
  ['Cancelled', 'Corrupt'],
  ['DiskFull', 'Unavailable'],
  ['Locked', 'Corrupt'],
  ['Offline', 'Corrupt'],
])(
  'a process in a box that would stop the job with %s, which is not true, fails its request alone',
  async (code, shown) => {
    await using one = pool()
    const excuse = message({ id, ok: false, code, message: 'try again later', last: false })
    await expect(one.run(send(excuse), soon)).rejects.toMatchObject({ code: shown, message: 'try again later' })
  },
)

test('a reply of another form than the pool expects fails its request', async () => {
  await using one = pool((reply) => {
    if (typeof reply !== 'string') throw new Error('it is no text')
    return reply
  })
  await expect(one.run(send(message({ ...answer, reply: { length: 5 } })), soon)).rejects.toMatchObject({
    code: 'Corrupt',
    message: 'the test process sent a message that is not valid: it is no text',
  })
  expect(await one.run('next', soon)).toMatch(/^next/)
})
