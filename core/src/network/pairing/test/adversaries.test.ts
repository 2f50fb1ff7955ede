import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { MemoryNetwork } from '../../../../testing/memory-network/index.ts'
import { alpns, type ByteStream, type Link, type Transport } from '../../transport/transport.ts'
import { FrameStream } from '../../wire/frame-stream.ts'
import { MAX_FRAME_BYTES } from '../protocol.ts'
import { deriveCode, parseCode } from '../pairing-code.ts'
import { createMachine, createWorld, forever, type PairingMachine } from './world.ts'

test('who relays between two devices without the words of either proves nothing to them', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  await using bob = createMachine(world.network, 'bob')
  const { code, words } = await issue(alice)
  // It has the key of the temporary endpoint, and hands on every byte.
  const mallory = world.network.open('mallory', { seed: Buffer.from(code.keys.endpointSeed), alpns: [alpns.pairing] })
  mallory.onPeer((near) => void relay(near, () => dial(world.network, code)))
  const joining = bob.pairing.join({ code: words, address: mallory.addresses()[0], autoAccept: true }, forever())
  await expect(joining).rejects.toMatchObject({ code: 'NotAuthorised' })
  expect([alice.stored, bob.stored]).toEqual([[], []])
})

test('who has overheard the words and sits in between shows two numbers that differ', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  await using bob = createMachine(world.network, 'bob')
  await using toAlice = createMachine(world.network, 'mallory-a')
  // As the inviter: the same words, at another address.
  const { code, words } = await issue(alice)
  const entropy = parseCode(words)
  await using toBob = createMachine(world.network, 'mallory-b', {
    randomBytes: (count) => (count === 16 ? entropy : randomBytes(count)),
  })
  const copy = await toBob.pairing.generate({ autoAccept: false })
  expect(copy.words).toBe(words)
  const outcomes = [
    bob.pairing.join({ code: words, address: copy.addresses[0], autoAccept: false }, forever()),
    toAlice.pairing.join({ code: words, address: code.address, autoAccept: false }, forever()),
  ]
  for (const outcome of outcomes) outcome.catch(() => {})
  await reached(alice, 'awaiting-confirmation')
  await reached(bob, 'awaiting-confirmation')
  const number = alice.pairing.status().number!
  expect(bob.pairing.status().number).not.toBe(number)
  expect(() => bob.pairing.confirm(number)).toThrow('an attacker may be in between')
  await Promise.all([alice, bob, toAlice, toBob].map(({ pairing }) => pairing.cancel()))
  expect([alice.stored, bob.stored]).toEqual([[], []])
})

test('three that cannot prove the words burn the code', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  const { code } = await issue(alice)
  const answers: unknown[] = []
  for (let attempt = 0; attempt < 3; attempt++) answers.push(await ask(await dial(world.network, code), wrongRequest()))
  expect(answers).toEqual([
    { type: 'refuse', reason: 'proof' },
    { type: 'refuse', reason: 'proof' },
    { type: 'refuse', reason: 'attempts' },
  ])
  await reached(alice, 'failed')
  expect(alice.pairing.status()).toMatchObject({
    attemptsLeft: 0,
    reason: expect.stringContaining('the pairing code was withdrawn'),
  })
})

test('a wrong key confirmation is refused, and so is a nonce that was not committed to', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  const { code } = await issue(alice)
  const request = { ...wrongRequest(), session: code.keys.session }
  const link = await dial(world.network, code)
  const frames = await open(link)
  await frames.send(request)
  expect(await frames.receive(z.looseObject({ type: z.literal('challenge') }))).toBeTruthy()
  await frames.send({
    type: 'response',
    nonce: Buffer.alloc(32),
    signature: Buffer.alloc(64),
    mac: Buffer.alloc(32),
    unattended: true,
  })
  expect(await frames.receive(z.unknown())).toEqual({ type: 'refuse', reason: 'proof' })
  expect(alice.pairing.status()).toMatchObject({ state: 'waiting', attemptsLeft: 2 })
})

test('who takes a challenge and leaves has had one of three tries: numbers are not tried until two agree', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  const { code } = await issue(alice)
  for (const attemptsLeft of [2, 1, 0]) {
    const link = await dial(world.network, code)
    const frames = await open(link)
    await frames.send({ ...wrongRequest(), session: code.keys.session })
    expect(await frames.receive(z.looseObject({ type: z.literal('challenge') }))).toBeTruthy()
    link.close('not the number I want')
    await vi.waitFor(() => expect(alice.pairing.status().attemptsLeft).toBe(attemptsLeft), { interval: 5 })
  }
  await reached(alice, 'failed')
})

test('a stranger without the words does not learn whose code it is', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  const { code } = await issue(alice)
  const answer = await ask(await dial(world.network, code), { ...wrongRequest(), device: alice.card })
  expect(answer).toEqual({ type: 'refuse', reason: 'proof' })
})

test('who takes not one byte holds up neither the end of a code nor that of networking', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice', {
    openTransport: async (seed) =>
      stuck(world.network.open('alice', { seed: Buffer.from(seed), alpns: [alpns.pairing] })),
  })
  const { code } = await issue(alice)
  const frames = await open(await dial(world.network, code))
  await frames.send({ ...wrongRequest(), session: code.keys.session })
  await vi.waitFor(() => expect(writes).toBeGreaterThan(0), { interval: 5 })
  expect(await alice.pairing.cancel()).toBe(true)
  expect(alice.pairing.status().state).toBe('cancelled')
})

test('what was said for one code is worth nothing for another', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  await using bob = createMachine(world.network, 'bob')
  const first = await issue(alice)
  const heard: Uint8Array[] = []
  const mallory = world.network.open('mallory', {
    seed: Buffer.from(first.code.keys.endpointSeed),
    alpns: [alpns.pairing],
  })
  mallory.onPeer(
    (near) =>
      void relay(
        near,
        () => dial(world.network, first.code),
        (bytes) => heard.push(bytes),
      ),
  )
  const joining = bob.pairing.join({ code: first.words, address: mallory.addresses()[0], autoAccept: true }, forever())
  await expect(joining).rejects.toMatchObject({ code: 'NotAuthorised' })
  await alice.pairing.cancel()
  const second = await issue(alice)
  const stream = await (await dial(world.network, second.code)).openStream(forever())
  for (const bytes of heard) await stream.write(bytes)
  const frames = new FrameStream(stream, { maxFrameBytes: MAX_FRAME_BYTES })
  expect(await frames.receive(z.unknown())).toEqual({ type: 'refuse', reason: 'proof' })
  expect(alice.stored).toEqual([])
})

test('the key of the words alone does not open the code: it answers no other kind of connection', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  const { code } = await issue(alice)
  const stranger = world.network.open('mallory')
  const hints = { addresses: [code.address], relay: null }
  await expect(
    stranger.dial(code.keys.endpointKey, hints, { alpn: alpns.paired, signal: forever() }),
  ).rejects.toMatchObject({
    code: 'Unavailable',
  })
})

test('no bytes crash it or pass for a proof', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 3 }), async (pieces) => {
      using world = createWorld()
      await using alice = createMachine(world.network, 'alice', { limits: { stepMs: 500, lingerMs: 5 } })
      const { code } = await issue(alice)
      const link = await dial(world.network, code)
      // It may have had enough before all is sent.
      await sendAll(link, pieces).catch(() => {})
      await link.closed
      expect(['waiting', 'challenge-issued']).toContain(alice.pairing.status().state)
      expect(alice.stored).toEqual([])
    }),
    { numRuns: 25 },
  )
})

interface Code {
  readonly keys: ReturnType<typeof deriveCode>
  readonly address: string
}

async function issue(machine: PairingMachine): Promise<{ words: string; code: Code }> {
  const { addresses, words } = await machine.pairing.generate({ autoAccept: false })
  return { words, code: { keys: deriveCode(parseCode(words)), address: addresses[0]! } }
}

let writes = 0

/** An endpoint whose writes wait for a reader that never reads, as a peer that grants no window makes them. */
function stuck(transport: Transport): Transport {
  const stuckStream = (stream: ByteStream): ByteStream => ({
    read: (max) => stream.read(max),
    write: () => {
      writes++
      return new Promise(() => {})
    },
    finish: () => stream.finish(),
    abort: () => stream.abort(),
  })
  const stuckLink = (link: Link): Link => ({
    key: link.key,
    alpn: link.alpn,
    dialled: link.dialled,
    closed: link.closed,
    openStream: (signal) => link.openStream(signal),
    onStream: (listener) => link.onStream((stream) => listener(stuckStream(stream))),
    path: () => link.path(),
    close: (reason) => link.close(reason),
  })
  return {
    key: transport.key,
    addresses: () => transport.addresses(),
    listening: () => transport.listening(),
    routerProblem: () => transport.routerProblem(),
    relay: () => transport.relay(),
    dial: (...args) => transport.dial(...args),
    onPeer: (listener) => transport.onPeer((link) => listener(stuckLink(link))),
    close: () => transport.close(),
    [Symbol.asyncDispose]: () => transport.close(),
  }
}

let strangers = 0

function dial(network: MemoryNetwork, { address, keys }: Code): Promise<Link> {
  const stranger = network.open(`stranger-${++strangers}`)
  const hints = { addresses: [address], relay: null }
  return stranger.dial(keys.endpointKey, hints, { alpn: alpns.pairing, signal: forever() })
}

async function sendAll(link: Link, pieces: readonly Uint8Array[]): Promise<void> {
  const stream = await link.openStream(forever())
  for (const piece of pieces) await stream.write(piece)
  await stream.finish()
}

async function open(link: Link): Promise<FrameStream> {
  return new FrameStream(await link.openStream(forever()), { maxFrameBytes: MAX_FRAME_BYTES })
}

async function ask(link: Link, message: unknown): Promise<unknown> {
  const frames = await open(link)
  await frames.send(message)
  return frames.receive(z.unknown())
}

function wrongRequest() {
  const card = { id: '01890a5d-ac96-774b-bcce-b302099a8057', key: 'ab'.repeat(32), name: 'eve', os: 'linux' }
  return {
    type: 'request',
    session: randomBytes(16),
    ephemeral: randomBytes(32),
    commitment: randomBytes(32),
    device: { ...card, capabilities: {}, addresses: [], relay: null },
  }
}

/** Hands every byte of the first stream on, both ways. */
async function relay(near: Link, reach: () => Promise<Link>, heard: (bytes: Uint8Array) => void = () => {}) {
  const far = await reach()
  near.onStream((stream) => {
    const passOn = async () => {
      const other = await far.openStream(forever())
      await Promise.all([pump(stream, other, heard), pump(other, stream, () => {})])
    }
    // Either side gives up the stream when it has had enough.
    passOn().catch(() => {})
  })
}

async function pump(from: ByteStream, to: ByteStream, heard: (bytes: Uint8Array) => void): Promise<void> {
  for (let bytes = await from.read(65_536); bytes; bytes = await from.read(65_536)) {
    heard(bytes)
    await to.write(bytes)
  }
  await to.finish()
}

async function reached({ pairing }: PairingMachine, state: ReturnType<PairingMachine['pairing']['status']>['state']) {
  await vi.waitFor(() => expect(pairing.status().state).toBe(state), { interval: 5 })
}
