import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createStreamPair } from '../../../testing/memory-network/index.ts'
import { ContentId, DeviceId, type PeerKey } from '../../domain/index.ts'
import type { ListInput } from '../../sources/index.ts'
import { systemClock } from '../clock.ts'
import { FrameStream } from '../wire/frame-stream.ts'
import { packMessage } from '../wire/message-pack.ts'
import type { Peer, Peers, Protocol } from '../wire/protocol.ts'
import { type Answers, answering } from '../wire/rpc.ts'
import { Browse } from './browse.ts'
import { browse } from './protocol.ts'

const { signal } = new AbortController()
const bob = { id: DeviceId.parse('0199a0b0-0000-7000-8000-000000000001'), name: 'bob', slug: 'bob' }
const contentId = ContentId.parse('3f2504e0-4f89-51d3-9a0c-0305e82c3301')
const order = { sort: 'name', reverse: false, foldersFirst: true } as const
const input: ListInput = { ...order, path: '/home', all: false, thumbs: false, limit: 2_000, offset: 0 }

const entry = {
  name: 'a',
  kind: 'file',
  type: 'unknown',
  extension: '',
  mime: null,
  size: 1,
  allocated: 1,
  modifiedAt: '2026-01-01T00:00:00.000Z',
  createdAt: null,
  contentId: null,
  hidden: false,
  childCount: null,
  fileCount: null,
  totalSize: null,
} as const

/** Answers of a device, whatever they are: a handler of its own would not let them out. */
type Answering = { readonly [V in keyof typeof browse.questions]?: (input: never) => unknown }

test('messages are those that docs/protocols/browse.md has, to the last byte', () => {
  const page = readFileSync(new URL('../../../../docs/protocols/browse.md', import.meta.url), 'utf8')
  const messages = [
    { protocol: browse.name, version: browse.version },
    { ok: true },
    { id: 7, verb: 'read', input: { of: { path: '/a' }, offset: 0, length: 4, etag: null } },
    {
      id: 7,
      output: { name: 'a', size: 3, mtimeMs: 1_000, etag: 'x-3-1', bytes: new Uint8Array([1, 2, 3]) },
    },
    { id: 7, error: { code: 'NotAuthorised', message: 'no' } },
  ]
  const vectors = messages.map((message) => {
    const body = Buffer.from(packMessage(message))
    return `${body.length.toString(16).padStart(8, '0')}${body.toString('hex')}`
  })
  expect(page.match(/`[0-9a-f]{10,}`/g)).toEqual(vectors.map((vector) => `\`${vector}\``))
  const [, , asked, answered] = messages as [unknown, unknown, { input: unknown }, { output: unknown }]
  expect(browse.questions.read.input.parse(asked.input)).toEqual(asked.input)
  expect(browse.questions.read.output.parse(answered.output)).toEqual(answered.output)
})

test('an entry of another device has an address, and nothing that only that device knows', async () => {
  const { client } = createClient({ list: () => listed([{ ...entry, id: contentId, path: '/etc/passwd' }]) })
  const { items } = await client.list(bob, input, signal)
  expect(items).toEqual([{ ...entry, id: null, path: 'local://bob/x/a' }])
})

test('names that lead elsewhere are refused', async () => {
  for (const name of ['..', '.', '', 'a/b', '/etc/passwd', 'a\0b', 'x'.repeat(2_000)])
    await expect(listOf(listed([{ ...entry, name }]))).rejects.toMatchObject({
      code: 'InvalidInput',
    })
  for (const name of ['..', '../x', '.', ''])
    await expect(
      listOf(listed([{ ...entry, nameBase64: Buffer.from(name).toString('base64') }])),
    ).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('answers of another shape are refused', async () => {
  const wrong = [
    null,
    [],
    {},
    listed([{ ...entry, size: 'large' }]),
    listed([entry], { path: 'no path' }),
    listed([entry], { path: '/a\0b' }),
    listed([entry], { total: 1e12 }),
    listed([entry], { total: -1 }),
    listed(Array.from({ length: 501 }, () => entry)),
  ]
  for (const answer of wrong) await expect(listOf(answer)).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('a folder without an end is read no further than somebody wants to see', async () => {
  let asked = 0
  const full = Array.from({ length: 500 }, (_, n) => ({ ...entry, name: String(n) }))
  const { client } = createClient({ list: () => (asked++, listed(full, { total: 999_999_999 })) })
  expect((await client.list(bob, input, signal)).items).toHaveLength(2_000)
  expect(asked).toBe(4)
  const { client: short } = createClient({ list: () => listed([], { total: 999_999_999 }) })
  expect((await short.list(bob, input, signal)).items).toEqual([])
})

test('more bytes than were asked for, or than the file has, are not taken', async () => {
  const piece = { name: 'a', size: 100, mtimeMs: 0, etag: 'x', bytes: new Uint8Array(50) }
  const read = (answer: object, length: number) =>
    createClient({ read: () => answer }).client.read(bob, { of: { path: '/a' }, offset: 0, length, etag: null }, signal)
  expect(await read(piece, 50)).toMatchObject({ size: 100, etag: 'x' })
  await expect(read(piece, 10)).rejects.toMatchObject({ code: 'InvalidInput' })
  await expect(read({ ...piece, size: 10 }, 50)).rejects.toMatchObject({ code: 'InvalidInput' })
  await expect(read({ ...piece, bytes: new Uint8Array(600_000) }, 524_288)).rejects.toMatchObject({
    code: 'InvalidInput',
  })
  await expect(read({ ...piece, bytes: 'text' }, 524_288)).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('a file that turns into another one while it is read is noticed', async () => {
  let reads = 0
  const bytes = new Uint8Array(65_536)
  const { client } = createClient({
    read: () => ({ name: 'a', size: 200_000, mtimeMs: 0, etag: `t${reads++}`, bytes }),
  })
  const file = await client.open(bob, { path: '/a' }, signal)
  const space = new Uint8Array(65_536)
  expect(await file.read(space, 0, 65_536, 0)).toEqual({ bytesRead: 65_536 })
  await expect(file.read(space, 0, 65_536, 65_536)).rejects.toMatchObject({ code: 'Conflict' })
})

test('a device that goes away in the middle of a listing does not leave it waiting', async () => {
  const { client, drop } = createClient({ list: () => drop() })
  await expect(client.list(bob, input, signal)).rejects.toMatchObject({ code: 'Unavailable' })
})

test('who stops waiting for a listing has stopped', async () => {
  const controller = new AbortController()
  const { client } = createClient({ list: () => (controller.abort(new Error('enough')), new Promise(() => {})) })
  await expect(client.list(bob, input, controller.signal)).rejects.toThrow('enough')
})

test('no more than eight pieces are asked for at once', async () => {
  let [now, most] = [0, 0]
  const { client } = createClient({
    read: async () => {
      most = Math.max(most, ++now)
      await new Promise(setImmediate)
      now--
      return { name: 'a', size: 1, mtimeMs: 0, etag: 'x', bytes: new Uint8Array(1) }
    },
  })
  const piece = { of: { path: '/a' }, offset: 0, length: 1, etag: null }
  await Promise.all(Array.from({ length: 50 }, () => client.read(bob, piece, signal)))
  expect(most).toBe(8)
})

test('who has a content is believed for that content only, and whoever fails to answer has none', async () => {
  const other = ContentId.parse('3f2504e0-4f89-51d3-9a0c-0305e82c3302')
  const held = (each: object) => createClient({ holding: () => [each] }).client.holders.of(contentId, signal)
  expect(await held({ contentId, size: 5, name: 'a' })).toMatchObject([{ device: { name: 'bob' }, size: 5 }])
  expect(await held({ contentId: other, size: 5, name: 'a' })).toEqual([])
  expect(await held({ contentId, size: -5, name: 'a' })).toEqual([])
  expect(await held({ contentId, size: 5, name: '../a' })).toEqual([])
})

test('the device that was quick is the cheapest', async () => {
  const { client } = createClient({ holding: () => [{ contentId, size: 10_000_000, name: 'a' }] })
  const [before] = await client.holders.of(contentId, signal)
  client.holders.measured(bob.id, { bytes: 50_000_000, ms: 1_000 })
  const [after] = await client.holders.of(contentId, signal)
  expect(after).toMatchObject({ latencyMs: 2, bytesPerSecond: 50_000_000, costMs: 202 })
  expect(after!.costMs).toBeLessThan(before!.costMs)
  client.holders.measured(bob.id, { bytes: 10, ms: 1_000 })
  expect(client.holders.rateOf(bob.id)).toBe(50_000_000)
})

function listOf(answer: unknown) {
  return createClient({ list: () => answer }).client.list(bob, input, signal)
}

function listed(items: readonly unknown[], rest: object = {}) {
  return { path: '/x', source: 'disk', items, total: 1, online: true, ...rest }
}

/** A client of one device that answers so, without a network between. */
function createClient(answers: Answering): { client: Browse; drop: () => Promise<never> } {
  let far: ReturnType<typeof createStreamPair>[1] | null = null
  const { serve } = answering(browse, answers as unknown as Answers<typeof browse.questions>)
  const peer: Peer = {
    ...bob,
    key: 'ab'.repeat(32) as PeerKey,
    signal,
    path: () => ({ kind: 'direct', address: null }) as ReturnType<Peer['path']>,
    async open(protocol: Protocol) {
      const [near, other] = createStreamPair()
      far = other
      serve(new FrameStream(other, protocol), peer, signal).catch(() => other.abort())
      return new FrameStream(near, protocol)
    },
  }
  const nothing = { [Symbol.dispose]: () => {} }
  const peers: Peers = {
    connected: () => [peer],
    get: () => peer,
    reach: async () => peer,
    onConnected: () => nothing,
    onDisconnected: () => nothing,
    handle: () => nothing,
  }
  return {
    client: new Browse({ peers, clock: systemClock, latencyOf: () => 2 }),
    drop: async () => {
      far?.abort()
      return new Promise(() => {})
    },
  }
}
