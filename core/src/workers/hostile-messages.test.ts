import { join } from 'node:path'
import { serialize } from 'node:v8'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTempDir, type TempDir } from '../../testing/temp-dir.ts'
import { ProcessPool, type ProcessPoolOptions } from './process-pool.ts'

const soon = { deadlineMs: 120_000 }

let temp: TempDir
beforeEach(() => void (temp = createTempDir('messages')))
afterEach(() => temp[Symbol.dispose]())

/** Of a pool whose processes count as hostile, on every system. */
function hostile(parse: (reply: unknown) => unknown = (reply) => reply): ProcessPoolOptions {
  return {
    name: 'test',
    entry: new URL('test/troubled-child.ts', import.meta.url),
    processes: 1,
    memoryMiB: 300,
    box: { programs: [], temporary: join(temp.path, 'decoders'), parse },
    // Nothing compiles the modules while they are attacked.
    cache: () => null,
    layer: () => Promise.resolve({ layer: null, reason: 'the test asks for none', fix: null }),
  }
}

function pool(parse?: (reply: unknown) => unknown): ProcessPool<string, string> {
  return new ProcessPool(hostile(parse))
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

const compiled = message({ compiled: true })

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
  ['that it has compiled its modules, twice', Buffer.concat([compiled, compiled])],
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

/** An array of 60 bytes that has four billion elements. */
const endless = Array.from<unknown>({ length: 0 })
endless.length = 2 ** 32 - 1
const shared = [1]
const page = { format: 'zip', members: endless, truncated: false, total: 1 }
const made = { engine: { name: 'test', version: '1' }, outputs: endless }

/** A message of a body that only native code can make. */
function raw(...parts: readonly (string | number)[]): Buffer {
  const body = Buffer.concat([
    serialize(null).subarray(0, 2),
    ...parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part, 'latin1'))),
  ])
  const head = Buffer.alloc(4)
  head.writeUInt32LE(body.length)
  return Buffer.concat([head, body])
}

test.each([
  ['an endless page', { ...answer, reply: page }],
  ['endless results', { ...answer, reply: made }],
  ['an endless array as a property', { id, ok: false, code: endless, message: '', last: false }],
  ['an endless array within arrays', { ...answer, reply: [[{ inner: endless }]] }],
  ['an endless array as a message', endless],
  ['an array with a gap', { ...answer, reply: Object.assign([1, 2, 3], { length: 5 }) }],
  ['an array with names', { ...answer, reply: Object.assign([1], { name: 1 }) }],
  ['a map', { ...answer, reply: new Map() }],
  ['a set', { ...answer, reply: new Set() }],
  ['a date', { ...answer, reply: new Date(0) }],
  ['an expression', { ...answer, reply: /a/ }],
  ['an error', { ...answer, reply: new Error('test') }],
  ['a number as an object', { ...answer, reply: Object(1) as unknown }],
  ['numbers that are no bytes', { ...answer, reply: new Float64Array(2) }],
  ['memory', { ...answer, reply: new ArrayBuffer(2) }],
  ['one value twice', { ...answer, reply: [shared, shared] }],
  ['many values', { ...answer, reply: Array.from({ length: 300_000 }, () => 1) }],
  ['deep values', { ...answer, reply: nested(1_000) }],
] satisfies [string, unknown][])(
  'a process in a box that sends %s is ended before it costs time or memory',
  async (_, value) => {
    await using one = pool()
    const before = process.memoryUsage().rss
    await expect(one.run(send(message(value)), soon)).rejects.toMatchObject({
      code: 'Corrupt',
      message: expect.stringMatching(
        /^the test process sent a message that is not valid: (?:it has|its values are) /,
      ) as string,
    })
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20)
  },
)

test.each([
  ['an array of four billion elements', raw('A', 0xff, 0xff, 0xff, 0xff, 0x0f)],
  ['a text of four billion bytes', raw('"', 0xff, 0xff, 0xff, 0xff, 0x0f)],
  ['bytes that are not there', raw('\\', 10, 100)],
  ['a length of more than 32 bits', raw('"', 0xff, 0xff, 0xff, 0xff, 0xff, 0)],
  ['an array that says another length', raw('A', 1, '0', '$', 0, 0xff, 0xff, 0xff, 0xff, 0x0f)],
  ['an array of four billion gaps', raw('a', 0xff, 0xff, 0xff, 0xff, 0x0f, '@', 0, 0xff, 0xff, 0xff, 0xff, 0x0f)],
  ['an element far behind the others', raw('a', 2, 'I', 0, '0', 'I', 0xfe, 0xff, 0xff, 0xff, 0x0f, '0', '@', 2, 2)],
  ['an array whose length is another in the end', raw('a', 1, 'I', 0, '0', '@', 1, 0xff, 0xff, 0xff, 0xff, 0x0f)],
  ['an object whose name is an array', raw('o', 'A', 0, '$', 0, 0, '0', '{', 1)],
  ['an object without an end', raw('o')],
  ['nothing but zeros', raw(0, 0, 0)],
  ['two values', raw('0', '0')],
  ['another version', Buffer.from([3, 0, 0, 0, 0xff, 1, 0x30])],
])('a process in a box that sends %s is ended', async (_, bytes) => {
  await using one = pool()
  await expect(one.run(send(bytes), soon)).rejects.toMatchObject({ code: 'Corrupt' })
})

test('every plain value arrives as it was sent', async () => {
  await using one = new ProcessPool<string, unknown>(hostile())
  // V8 writes it in another way than an array that never had gaps.
  const gaps: number[] = []
  gaps[300] = 1
  for (let i = 0; i < 300; i++) gaps[i] = i
  const reply = {
    texts: ['', 'a', 'ü', '\u2603', '\u{1f600}', '\ud800', 'x'.repeat(1_000)],
    numbers: [0, -0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 53, 1.5, Number.NaN, Infinity],
    others: [true, false, null, undefined, [], {}, [[[]]]],
    bytes: [new Uint8Array(), new Uint8Array([1, 2, 3])],
    gaps,
    1: 'a name that is a number',
    '4000000000': 'and a large one',
    '': 'an empty name',
    '\u2603': 'one of two bytes',
    many: Array.from({ length: 50_000 }, (_, i) => i),
  }
  expect(await one.run(send(message({ ...answer, reply })), soon)).toEqual(reply)
})

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = [value]
  return value
}
