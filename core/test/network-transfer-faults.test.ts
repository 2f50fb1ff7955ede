import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { FrameStream, Peer } from '../src/network/index.ts'
import { transferProtocol } from '../src/network/transfer/protocol.ts'
import type { TestCore } from '../testing/index.ts'
import { mountReadOnly, mountTmpfs, NO_MOUNTS } from '../testing/mount.ts'
import { createTestNetwork, type TestNetwork, untilConnected } from '../testing/test-network.ts'

const { signal } = new AbortController()
const MIB = 1_048_576

/** Lets a device send whatever lies below its folder of files. */
function share(device: TestCore): void {
  device.core.network.transfers.resolve({
    kind: 'test',
    spec: z.object({ path: z.string() }),
    resolve: async ({ path }) => ({
      roots: [{ path: Buffer.from(device.path(path)), name: Buffer.from(path) }],
      title: path,
    }),
  })
}

function receive(network: TestNetwork, path: string, folder = 'received', from: readonly string[] = ['alice']) {
  const bob = network.device('bob')
  mkdirSync(bob.path(folder), { recursive: true })
  return bob.core.network.transfers.start({
    devices: from.map((name) => network.idOf(name)),
    kind: 'test',
    spec: { path },
    title: path,
    folder: bob.path(folder),
    preserve: 'nothing',
  }).id
}

/** So slow that something can happen in the middle of it, also where a busy machine lets the test wait for long. */
async function slowly(device: TestCore, bytesPerSecond = MIB): Promise<void> {
  await device.core.config.set('network.maxBytesPerSecond', String(bytesPerSecond))
}

/** As fast as it can. */
async function quickly(device: TestCore): Promise<void> {
  await device.core.config.set('network.maxBytesPerSecond', '0')
}

function transfers(device: TestCore) {
  return device.core.network.transfers
}

/** Resolves once more than `bytes` are there. */
async function untilThere(device: TestCore, id: string, bytes: number): Promise<void> {
  await vi.waitUntil(() => transfers(device).get(id).bytes.done > bytes)
}

function sentBy(device: TestCore): number {
  return transfers(device)
    .list()
    .reduce((sum, { bytes, direction }) => sum + (direction === 'out' ? bytes.done : 0), 0)
}

function partsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.part'))
}

async function pair(names: readonly string[] = ['alice', 'bob']) {
  const network = await createTestNetwork(names)
  for (const name of names) if (name !== 'bob') share(network.device(name))
  return { network, alice: network.device('alice'), bob: network.device('bob') }
}

test('after a restart of either side it goes on by itself, and hardly anything is sent twice', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  const content = randomBytes(64 * MIB)
  alice.write('large.bin', content)
  await slowly(alice)
  const id = receive(network, 'large.bin')
  await untilThere(bob, id, 4 * MIB)
  await bob.restart()
  await untilConnected(bob, 1)
  const atRestart = sentBy(alice)
  await untilThere(bob, id, 8 * MIB)
  const before = transfers(bob).get(id).bytes.done
  const sentSoFar = sentBy(alice)
  await alice.restart()
  share(alice)
  await quickly(alice)
  await untilConnected(alice, 1)
  expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'completed', bytes: { done: 64 * MIB } })
  expect(readFileSync(bob.path('received/large.bin')).equals(content)).toBe(true)
  // What was on its way when each side stopped, and no more.
  expect(atRestart).toBeLessThan(32 * MIB)
  expect(sentSoFar + sentBy(alice)).toBeLessThan(64 * MIB + (sentSoFar - before) + 4 * MIB)
  expect(partsIn(bob.path('received'))).toEqual([])
})

test('it is paused, resumed and cancelled; nothing of it is left then', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  alice.write('trip/large.bin', randomBytes(32 * MIB))
  await slowly(alice)
  const id = receive(network, 'trip')
  await untilThere(bob, id, 2 * MIB)
  expect(transfers(bob).pause(id).state).toBe('paused')
  await vi.waitUntil(() => transfers(alice).list()[0]?.endedAt !== null)
  const { done } = transfers(bob).get(id).bytes
  expect(partsIn(bob.path('received'))).toHaveLength(1)
  transfers(bob).resume(id)
  await untilThere(bob, id, done + MIB)
  expect((await transfers(bob).cancel(id)).state).toBe('cancelled')
  expect(partsIn(bob.path('received'))).toEqual([])
  expect(() => transfers(bob).resume(id)).toThrow('cancelled')
  // Others are not held up by one that is cancelled.
  const other = receive(network, 'trip', 'other')
  const third = receive(network, 'trip', 'third')
  await untilThere(bob, other, MIB)
  await transfers(bob).cancel(other)
  expect(transfers(bob).get(third).endedAt).toBe(null)
})

test('a limit of bytes a second is kept', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  alice.write('a.bin', randomBytes(6 * MIB))
  await slowly(alice, 4 * MIB)
  const since = performance.now()
  await transfers(bob).wait(receive(network, 'a.bin'), signal)
  expect(performance.now() - since).toBeGreaterThan(1_200)
})

test('a pairing that is ended ends what is on its way, at once', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  alice.write('large.bin', randomBytes(64 * MIB))
  await slowly(alice)
  const id = receive(network, 'large.bin')
  await untilThere(bob, id, MIB)
  alice.core.network.revoke(network.idOf('bob'))
  const ended = await transfers(bob).wait(id, signal)
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'NotAuthorised' } })
  await vi.waitUntil(() => transfers(alice).list()[0]?.endedAt !== null)
  expect(sentBy(alice)).toBeLessThan(64 * MIB)
})

test('files that change, go or cannot be read in the middle are named, and the others arrive', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  alice.write('trip/0-first.bin', randomBytes(24 * MIB))
  alice.write('trip/1-changes.txt', 'one')
  alice.write('trip/2-goes.txt', 'two')
  alice.write('trip/3-stays.txt', 'three')
  alice.write('trip/4-grows.bin', randomBytes(2 * MIB))
  await slowly(alice)
  const id = receive(network, 'trip')
  await untilThere(bob, id, MIB)
  alice.write('trip/1-changes.txt', 'another')
  rmSync(alice.path('trip/2-goes.txt'))
  appendFileSync(alice.path('trip/4-grows.bin'), 'more')
  await quickly(alice)
  const ended = await transfers(bob).wait(id, signal)
  expect(ended).toMatchObject({ state: 'completed', failed: 3, files: { done: 2, total: 5 } })
  expect(ended.failures.map(({ code, path }) => `${path} ${code}`).toSorted()).toEqual([
    'trip/1-changes.txt Conflict',
    'trip/2-goes.txt NotFound',
    'trip/4-grows.bin Conflict',
  ])
  expect(readdirSync(bob.path('received/trip')).toSorted()).toEqual(['0-first.bin', '3-stays.txt'])
})

test('a file that changes while it waits to be gone on with is sent anew', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  alice.write('large.bin', randomBytes(16 * MIB))
  await slowly(alice)
  const id = receive(network, 'large.bin')
  await untilThere(bob, id, 2 * MIB)
  transfers(bob).pause(id)
  await vi.waitUntil(() => transfers(alice).list()[0]?.endedAt !== null)
  const changed = randomBytes(16 * MIB)
  alice.write('large.bin', changed)
  utimesSync(alice.path('large.bin'), 1_000_000_000, 1_000_000_000)
  await quickly(alice)
  transfers(bob).resume(id)
  expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'completed', failed: 0 })
  expect(readFileSync(bob.path('received/large.bin')).equals(changed)).toBe(true)
})

test.skipIf(NO_MOUNTS !== null)('a full disk fails it with the reason, and it goes on when there is room', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  const content = randomBytes(20 * MIB)
  alice.write('large.bin', content)
  using _disk = mountTmpfs(bob.path('small'), '100m')
  writeFileSync(bob.path('small/filler'), Buffer.alloc(30 * MIB))
  const id = receive(network, 'large.bin', 'small')
  expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'failed', error: { code: 'DiskFull' } })
  rmSync(bob.path('small/filler'))
  await slowly(alice)
  transfers(bob).resume(id)
  await untilThere(bob, id, 2 * MIB)
  // Somebody takes all of it in the middle.
  expect(() => writeFileSync(bob.path('small/filler'), Buffer.alloc(100 * MIB))).toThrow('ENOSPC')
  expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'failed', error: { code: 'DiskFull' } })
  rmSync(bob.path('small/filler'))
  await quickly(alice)
  transfers(bob).resume(id)
  expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'completed' })
  expect(readFileSync(bob.path('small/large.bin')).equals(content)).toBe(true)
})

test.skipIf(NO_MOUNTS !== null)(
  'a folder that may not be written any more fails it with the reason, and it goes on when it may again',
  async () => {
    const { alice, bob, network } = await pair()
    await using _network = network
    const content = randomBytes(32 * MIB)
    alice.write('trip/0-large.bin', content)
    alice.write('trip/1-small.txt', 'small')
    await slowly(alice)
    const id = receive(network, 'trip')
    await untilThere(bob, id, 4 * MIB)
    {
      using _readOnly = mountReadOnly(bob.path('received'))
      await quickly(alice)
      expect(await transfers(bob).wait(id, signal)).toMatchObject({
        state: 'failed',
        error: { code: 'PermissionDenied', message: expect.stringContaining('read-only') },
      })
      // What has come is not lost, and has no name yet.
      expect(partsIn(bob.path('received'))).toHaveLength(1)
      expect(readdirSync(bob.path('received/trip')).filter((name) => !name.endsWith('.part'))).toEqual([])
    }
    const sentBefore = sentBy(alice)
    transfers(bob).resume(id)
    expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'completed', failed: 0 })
    expect(readFileSync(bob.path('received/trip/0-large.bin')).equals(content)).toBe(true)
    expect(readFileSync(bob.path('received/trip/1-small.txt'), 'utf8')).toBe('small')
    expect(partsIn(bob.path('received'))).toEqual([])
    expect(sentBy(alice) - sentBefore).toBeLessThan(MIB)
  },
)

test('a folder that leads elsewhere by now is not followed', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  alice.write('trip/large.bin', randomBytes(16 * MIB))
  alice.write('trip/z.txt', 'one')
  await slowly(alice)
  const id = receive(network, 'trip')
  await untilThere(bob, id, MIB)
  transfers(bob).pause(id)
  await vi.waitUntil(() => transfers(alice).list()[0]?.endedAt !== null)
  const elsewhere = bob.path('elsewhere')
  mkdirSync(elsewhere)
  rmSync(bob.path('received/trip'), { recursive: true })
  symlinkSync(elsewhere, bob.path('received/trip'))
  transfers(bob).resume(id)
  expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'failed', error: { code: 'Conflict' } })
  expect(readdirSync(elsewhere)).toEqual([])
})

test('where no address answers, the bytes come over the connection of the devices', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  const content = randomBytes(24 * MIB)
  alice.write('trip/large.bin', content)
  for (let n = 0; n < 100; n++) alice.write(`trip/notes/${n}.txt`)
  blockTcp(alice)
  let via: string | null = null
  bob.core.network.transfers.onChange((transfer) => (via = transfer.via ?? via))
  const id = receive(network, 'trip')
  expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'completed', files: { done: 101 } })
  expect(via).toBe('stream')
  expect(readFileSync(bob.path('received/trip/large.bin')).equals(content)).toBe(true)
  // It is cancelled in the middle as well, and the other side hears of it.
  await slowly(alice)
  const second = receive(network, 'trip', 'again')
  await untilThere(bob, second, MIB)
  await transfers(bob).cancel(second)
  await vi.waitUntil(() =>
    transfers(alice)
      .list()
      .every(({ endedAt }) => endedAt !== null),
  )
  expect(partsIn(bob.path('again'))).toEqual([])
})

/** As behind a firewall: nobody is told a port that answers. */
function blockTcp(device: TestCore): void {
  const open = device.core.network.transport.addresses.bind(device.core.network.transport)
  vi.spyOn(device.core.network.transport, 'addresses').mockImplementation(() => open().slice(0, 0))
}

test('strangers at the port of files get nothing, and keep nobody from it', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  alice.write('large.bin', randomBytes(24 * MIB))
  await slowly(alice)
  const port = await fixPort(alice)
  const slow: ReturnType<typeof connect>[] = []
  const id = receive(network, 'large.bin')
  await untilThere(bob, id, MIB)
  for (let n = 0; n < 100; n++) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(Buffer.from([0x16, 0x03]))
    slow.push(socket)
  }
  // Those too many are turned away, the others have two seconds.
  for (const socket of slow) socket.resume()
  await vi.waitUntil(() => slow.every(({ closed }) => closed))
  await quickly(alice)
  expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'completed' })
})

/** Has files sent from a port that is known. */
async function fixPort(device: TestCore): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  await device.core.config.set('network.bulkPort', String(port))
  await device.core.network.restart()
  await untilConnected(device, 1)
  return port
}

/** A paired device that answers a request for files as it likes. */
async function hostile(
  answer: (stream: FrameStream, peer: Peer, wanted: { key: string }) => Promise<void>,
): Promise<{ network: TestNetwork; bob: TestCore }> {
  const network = await createTestNetwork(['alice', 'bob'])
  const alice = network.device('alice')
  await transfers(alice)[Symbol.asyncDispose]()
  alice.core.network.sessions.handle({
    protocol: transferProtocol,
    async serve(stream, peer) {
      const wanted = await stream.receive(z.object({ key: z.string() }))
      if (wanted) await answer(stream, peer, wanted)
    },
  })
  return { network, bob: network.device('bob') }
}

const item = { kind: 'file', size: 1, mtimeMs: 0, mode: 0o644 }
const named = (...names: string[]) => ({ ...item, names: names.map((name) => Buffer.from(name)) })

test.each<[string, unknown]>([
  ['items that are none', { type: 'items', items: [{ ...item, names: [] }] }],
  ['a size below nothing', { type: 'items', items: [{ ...named('a'), size: -1 }] }],
  ['a size beyond all files', { type: 'items', items: [{ ...named('a'), size: 2 ** 60 }] }],
  ['a name of ten million bytes', { type: 'items', items: [named('x'.repeat(1_000_000))] }],
  ['another kind of thing', { type: 'items', items: [{ ...named('a'), kind: 'symlink' }] }],
  ['a key that is none', { type: 'ready', channel: '0'.repeat(32), key: 'x', addresses: [], leftOut: 0 }],
])('a peer that says %s is refused, and nothing is written', async (_what, message) => {
  const { bob, network } = await hostile(async (stream) => {
    await stream.send(message)
    await stream.finish()
  })
  await using _network = network
  const id = receive(network, 'a')
  await vi.waitUntil(() => ['failed', 'waiting'].includes(transfers(bob).get(id).state))
  expect(readdirSync(bob.path('received'))).toEqual([])
})

test('a list of files that leads out of the folder leads nowhere', async () => {
  const outside = ['..', 'evil']
  const { bob, network } = await hostile(async (stream) => {
    const folder = (...names: string[]) => ({ ...named(...names), kind: 'directory', size: 0 })
    const items = [
      folder('..'),
      folder(...outside),
      folder('/etc'),
      folder('a\0b'),
      folder('.'),
      folder('x'.repeat(900)),
      folder('twin'),
      folder('Twin'),
    ]
    await stream.send({ type: 'items', items })
    const ready = { type: 'ready', channel: '0'.repeat(32), key: '0'.repeat(64), addresses: [], leftOut: 0 }
    await stream.send(ready)
    await stream.receive(z.unknown())
  })
  await using _network = network
  const before = readdirSync(bob.root).toSorted()
  const id = receive(network, 'a')
  expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'completed' })
  expect(readdirSync(bob.root).toSorted()).toEqual([...before, 'received'].toSorted())
  const there = readdirSync(bob.path('received'))
  expect(there).toHaveLength(7)
  expect(there.every((name) => Buffer.byteLength(name) <= 255)).toBe(true)
})

test('a peer that offers and then sends nothing, or names that are no addresses, does not hold a transfer', async () => {
  let asked = 0
  const { bob, network } = await hostile(async (stream) => {
    asked++
    await stream.send({ type: 'items', items: [named('a')] })
    const addresses = ['localhost:1', 'example.org:80', 'user@127.0.0.1:1', '127.0.0.1:1']
    await stream.send({ type: 'ready', channel: '0'.repeat(32), key: '0'.repeat(64), addresses, leftOut: 0 })
    await stream.receive(z.unknown())
  })
  await using _network = network
  const id = receive(network, 'a')
  await vi.waitUntil(() => asked > 0 && transfers(bob).get(id).via === 'stream')
  await transfers(bob).cancel(id)
  expect(readdirSync(bob.path('received'))).toEqual([])
})

test('one file comes from several devices; one of them has another file under that name and is left out', async () => {
  const { alice, bob, network } = await pair(['alice', 'carol', 'mallory', 'bob'])
  await using _network = network
  const content = randomBytes(48 * MIB)
  for (const device of [alice, network.device('carol')]) device.write('large.bin', content)
  network.device('mallory').write('large.bin', randomBytes(48 * MIB))
  const id = receive(network, 'large.bin', 'received', ['mallory', 'alice', 'carol'])
  expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'completed', error: null })
  expect(readFileSync(bob.path('received/large.bin')).equals(content)).toBe(true)
  expect(sentBy(network.device('mallory'))).toBe(0)
})

test('transfers of the same name to one folder do not meet', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  const content = randomBytes(8 * MIB)
  alice.write('large.bin', content)
  const ids = Array.from({ length: 6 }, () => receive(network, 'large.bin'))
  for (const id of ids) expect(await transfers(bob).wait(id, signal)).toMatchObject({ state: 'completed', failed: 0 })
  const there = readdirSync(bob.path('received')).toSorted()
  expect(there).toEqual([2, 3, 4, 5, 6].map((n) => `large (${n}).bin`).concat('large.bin'))
  for (const name of there) expect(readFileSync(join(bob.path('received'), name)).equals(content)).toBe(true)
})

test('what is not wanted any more while it begins ends with the reason', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  alice.write('a.txt', 'one')
  const controller = new AbortController()
  const unhandled: unknown[] = []
  const hear = (err: unknown) => void unhandled.push(err)
  process.on('unhandledRejection', hear)
  const target = Buffer.from(bob.path('a.txt'))
  const fetched = transfers(bob).fetch(
    {
      devices: [network.idOf('alice')],
      kind: 'test',
      spec: { path: 'a.txt' },
      folder: bob.path('state'),
      place: () => {
        queueMicrotask(() => controller.abort(new Error('not wanted')))
        return { targets: [target], expected: [null] }
      },
    },
    controller.signal,
  )
  await expect(fetched).rejects.toThrow('not wanted')
  process.off('unhandledRejection', hear)
  expect(unhandled).toEqual([])
})

test('what is not there is said, and what is there comes', async () => {
  const { alice, bob, network } = await pair()
  await using _network = network
  const missing = await transfers(bob).wait(receive(network, 'missing'), signal)
  expect(missing).toMatchObject({ state: 'failed', error: { code: 'NotFound' } })
  alice.write('a.txt', 'one')
  expect(await transfers(bob).wait(receive(network, 'a.txt'), signal)).toMatchObject({ state: 'completed' })
})
