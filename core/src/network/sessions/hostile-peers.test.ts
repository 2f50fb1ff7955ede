import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createMemoryNetwork } from '../../../testing/memory-network/index.ts'
import { seededRandom } from '../../../testing/memory-network/random.ts'
import { DeviceId } from '../../domain/index.ts'
import { alpns, type ByteStream, type Link } from '../transport/transport.ts'
import { FrameStream } from '../wire/frame-stream.ts'
import { CONTROL, CONTROL_VERSION, type Hello } from './hello.ts'
import { HELLO_MS, MAX_CONTROL_BYTES, MAX_OPENING_STREAMS, MAX_SESSION_LINKS, OPENING_MS } from './limits.ts'
import { createDevice, pairedDevices, type SessionDevice } from './test/session-devices.ts'

const { signal } = new AbortController()

/** Alice, and a paired device `mallory` that runs an attacker's program: it has a valid key and ignores the protocol. */
async function world() {
  const network = createMemoryNetwork({ seed: 1 })
  const [alice, mallory] = (await pairedDevices(network, ['alice', 'mallory'], seededRandom(1))) as [
    SessionDevice,
    SessionDevice,
  ]
  alice.start()
  const transport = network.open('mallory', { seed: createHash('sha256').update('mallory').digest() })
  transport.onPeer((link) => link.close('no'))
  const dial = () => network.resolved(transport.dial(alice.card.key, alice.card, { alpn: alpns.paired, signal }))
  const hello: Hello = {
    version: '6.6.6',
    boot: '0123456789abcdef',
    device: { id: mallory.card.id, name: 'mallory', os: 'linux', capabilities: {} },
    whereabouts: { addresses: [], relay: null },
    clock: network.clock.now(),
    protocols: {},
  }
  return {
    network,
    alice,
    mallory,
    hello,
    dial,
    /** Reads its end of a link. */
    end: (link: Link) => network.resolved(link.closed),
    async [Symbol.asyncDispose]() {
      using _time = network.run()
      await alice.stop()
      await transport.close()
    },
  }
}

async function greet(link: Link, hello: unknown): Promise<FrameStream> {
  const frames = new FrameStream(await link.openStream(signal), { maxFrameBytes: MAX_CONTROL_BYTES })
  await frames.send({ protocol: CONTROL, version: CONTROL_VERSION })
  await frames.send(hello)
  return frames
}

async function connect(w: Awaited<ReturnType<typeof world>>): Promise<{ link: Link; control: FrameStream }> {
  const link = await w.dial()
  const control = await greet(link, w.hello)
  await w.network.until(() => w.alice.connected().length === 1)
  return { link, control }
}

test('a device that says it is another one is refused', async () => {
  await using w = await world()
  const link = await w.dial()
  await greet(link, {
    ...w.hello,
    device: { ...w.hello.device, id: DeviceId.parse('0199c0de-0000-7000-8000-000000000001') },
  })
  expect(await w.end(link)).toMatchObject({ by: 'remote', reason: expect.stringContaining('claims a different id') })
  expect(w.alice.history).toEqual([])
})

test('a device that calls itself like another one, or like this one, gets a name of its own', async () => {
  await using w = await world()
  const carol = await createDevice({ network: w.network, name: 'carol', machine: 'carol', random: seededRandom(2) })
  w.alice.registry.add(carol.card)
  for (const [name, kept] of [
    ['carol', 'carol 2'],
    ['alice', 'alice 2'],
  ]) {
    const link = await w.dial()
    await greet(link, { ...w.hello, device: { ...w.hello.device, name } })
    await w.network.until(() => w.alice.registry.get(w.mallory.card.id)?.name === kept)
    link.close('bye')
  }
  expect(w.alice.registry.find('carol').id).toBe(carol.card.id)
})

test.each<[string, (stream: ByteStream) => Promise<void>]>([
  ['a length of four gigabytes', (stream) => stream.write(new Uint8Array(64).fill(0xff))],
  ['no MessagePack', (stream) => stream.write(Uint8Array.of(0, 0, 0, 4, 0xc1, 0xc1, 0xc1, 0xc1))],
  ['half a message', (stream) => stream.write(Uint8Array.of(0, 0, 1, 0, 1)).then(() => stream.finish())],
  ['an end', (stream) => stream.write(new Uint8Array()).then(() => stream.finish())],
])('%s instead of a hello ends the connection', async (_what, send) => {
  await using w = await world()
  const link = await w.dial()
  const stream = await link.openStream(signal)
  await send(stream)
  expect(await w.network.resolved(link.closed, { withinMs: HELLO_MS + 1_000 })).toMatchObject({ by: 'remote' })
  expect(w.alice.history).toEqual([])
})

test('a device that says nothing is cut off, one that connects again and again is told to wait', async () => {
  await using w = await world()
  const links = await Promise.all(Array.from({ length: 20 }, () => w.dial()))
  const ends = await Promise.all(links.map((link) => w.network.resolved(link.closed, { withinMs: HELLO_MS + 1_000 })))
  const reasons = Map.groupBy(ends, ({ reason }) => reason)
  expect(Object.fromEntries([...reasons].map(([reason, of]) => [reason, of.length]))).toEqual({
    'it took too long to say who is calling': 4,
    'there are too many connections there at the moment': 16,
  })
})

test('of a thousand streams that say nothing a few are held, and the connection stays', async () => {
  await using w = await world()
  const { link } = await connect(w)
  let aborted = 0
  const openAndWait = async () => {
    const stream = await link.openStream(signal)
    await stream.write(Uint8Array.of(0))
    await stream.read(1)
  }
  for (let n = 0; n < 1_000; n++) openAndWait().catch(() => aborted++)
  await w.network.until(() => aborted >= 1_000 - MAX_OPENING_STREAMS, { withinMs: OPENING_MS })
  expect(w.alice.connected()).toEqual(['mallory'])
})

test('no more streams of one protocol than it allows, none of one that is not there, none of another version', async () => {
  await using w = await world()
  const protocol = { name: 'wait', version: 2, maxFrameBytes: 100, maxStreams: 2 }
  using _wait = w.alice.sessions.handle({ protocol, serve: async (stream) => void (await stream.receive(z.number())) })
  const { link } = await connect(w)
  const open = async (name: string, version: number) => {
    const stream = new FrameStream(await link.openStream(signal), { maxFrameBytes: 1_000 })
    await stream.send({ protocol: name, version })
    return w.network.resolved(stream.receive(z.looseObject({ ok: z.boolean() })))
  }
  expect(await open('wait', 2)).toEqual({ ok: true })
  expect(await open('wait', 2)).toEqual({ ok: true })
  expect(await open('wait', 2)).toMatchObject({ ok: false, code: 'Unavailable' })
  expect(await open('other', 1)).toMatchObject({ ok: false, code: 'Unsupported' })
  expect(await open('wait', 1)).toEqual({
    ok: false,
    code: 'VersionMismatch',
    message: 'it has version 2 of wait, this device version 1; update Spacedrive here',
  })
})

test('one device holds a few connections, however many it makes and keeps busy', async () => {
  await using w = await world()
  const protocol = { name: 'wait', version: 1, maxFrameBytes: 100, maxStreams: 64 }
  using _wait = w.alice.sessions.handle({ protocol, serve: async (stream) => void (await stream.receive(z.number())) })
  let open = 0
  for (let n = 0; n < 20; n++) {
    const { link } = await connect(w)
    open++
    void link.closed.then(() => open--)
    const stream = new FrameStream(await link.openStream(signal), { maxFrameBytes: 1_000 })
    await stream.send({ protocol: 'wait', version: 1 })
    await w.network.resolved(stream.receive(z.looseObject({ ok: z.literal(true) })))
  }
  await w.network.advance(4_000)
  expect(open).toBeGreaterThan(0)
  expect(open).toBeLessThanOrEqual(MAX_SESSION_LINKS)
  expect(w.alice.connected()).toEqual(['mallory'])
})

test('a flood on the control stream ends the connection; a device that never reads is heard, and holds nothing', async () => {
  await using w = await world()
  const { control, link } = await connect(w)
  for (let n = 0; n < 1_000; n++) control.send({ ping: n }).catch(() => {})
  expect(await w.end(link)).toMatchObject({ by: 'remote', reason: 'there were too many messages' })
})

test('a device that is heard no more is gone within ten seconds, though its connection is open', async () => {
  await using w = await world()
  const { link } = await connect(w)
  expect(await w.network.resolved(link.closed, { withinMs: 10_000 })).toMatchObject({
    reason: 'nothing was heard for too long',
  })
})

test('a clock that is a year off is noted, and keeps nobody away', async () => {
  await using w = await world()
  const YEAR_MS = 365 * 86_400_000
  const link = await w.dial()
  await greet(link, { ...w.hello, clock: w.network.clock.now() + YEAR_MS })
  await w.network.until(() => w.alice.connected().length === 1)
  const { skewMs } = w.alice.sessions.details(w.mallory.card.id)!
  expect(Math.abs(skewMs - YEAR_MS)).toBeLessThan(1_000)
})

test('a copy that runs at the same time with the same key is noticed by the other copy', async () => {
  await using w = await world()
  const original = await createDevice({ network: w.network, name: 'bob', machine: 'bob', random: seededRandom(4) })
  const copy = await createDevice({ network: w.network, name: 'bob', machine: 'elsewhere', random: seededRandom(5) })
  for (const bob of [original, copy]) bob.registry.add(w.alice.card)
  w.alice.registry.add({ ...original.card, addresses: [] })
  original.start()
  await w.network.until(() => original.connected().length === 1)
  copy.start()
  await w.network.until(() => copy.connected().length === 1)
  await w.network.until(() => original.keyUsedElsewhere())
  expect(copy.keyUsedElsewhere()).toBe(false)
  await w.network.resolved(original.stop())
  await w.network.resolved(copy.stop())
})
