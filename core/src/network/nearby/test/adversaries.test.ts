import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { Guest } from '../guest.ts'
import { alpns, type Link } from '../../transport/transport.ts'
import { FrameStream } from '../../wire/frame-stream.ts'
import { MAX_COMPARING, MAX_GREETINGS, MAX_UNPROVED } from '../limits.ts'
import { commitmentTo } from '../greet.ts'
import {
  createNearbyWorld,
  forever,
  limits,
  meet,
  metBy,
  MINUTES,
  type NearbyMachine,
  type NearbyWorld,
} from './world.ts'

test('who sits in between and hands everything on shows two numbers that differ', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using bob = world.machine('bob')
  // It calls itself bob, and is alice for bob: two endpoints, since it has the key of neither.
  await using asBob = world.machine('bob', { own: () => ({ name: 'bob', os: 'linux' }) })
  await using asAlice = world.machine('alice')
  await asBob.nearby.show(10 * MINUTES)
  const [guest] = await metBy(alice, asBob, 'bob')
  asBob.nearby.hide()
  await bob.nearby.show(10 * MINUTES)
  const [, there] = await metBy(asAlice, bob, 'bob')
  expect(guest.number).not.toBe(there.number)
  expect(() => guest.confirm(there.number)).toThrow('an attacker may be in between')
  expect([alice.nearby.connected(), bob.nearby.connected()]).toEqual([[], []])
})

test('a nonce that was not committed to is refused, and no number is shown for it', async () => {
  using world = createNearbyWorld()
  await using bob = world.machine('bob')
  await bob.nearby.show(10 * MINUTES)
  const frames = await knock(world, bob)
  await frames.send(greeting())
  expect(await frames.receive(z.looseObject({ type: z.literal('answer') }))).toMatchObject({ name: 'bob' })
  await frames.send({ type: 'reveal', nonce: randomBytes(32) })
  expect(await frames.receive(z.unknown())).toEqual({ type: 'refuse', reason: 'proof' })
  expect(bob.arrived).toEqual([])
})

test('numbers are not tried until two agree: after so many strangers a device is seen no more', async () => {
  using world = createNearbyWorld()
  await using bob = world.machine('bob')
  await bob.nearby.show(10 * MINUTES)
  for (let tries = 0; tries < MAX_GREETINGS; tries++) {
    const frames = await knock(world, bob)
    await frames.send(greeting())
    await frames.receive(z.unknown())
    // Its number would not fit.
    frames.abort()
  }
  expect(bob.nearby.advert()).not.toBeNull()
  const last = await knock(world, bob)
  await last.send(greeting())
  await vi.waitUntil(() => bob.nearby.advert() === null, { interval: 5 })
  expect(bob.nearby.visibility().reason).toContain(`${MAX_GREETINGS} times`)
  expect(bob.arrived).toEqual([])
})

test('no more strangers than a person can look at are asked about at once', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using bob = world.machine('bob')
  await bob.nearby.show(10 * MINUTES)
  for (let n = 0; n < MAX_COMPARING; n++) await metBy(alice, bob, 'bob')
  await expect(meet(alice, 'bob')).rejects.toMatchObject({ code: 'Unavailable' })
  expect(bob.arrived).toHaveLength(MAX_COMPARING)
  bob.nearby.leave(bob.arrived[0]!.id)
  await vi.waitUntil(() => bob.over.length === 1, { interval: 5 })
  await metBy(alice, bob, 'bob')
})

test('who says nothing takes one of a few places for a moment, and keeps nobody out for good', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using bob = world.machine('bob', { limits: { ...limits, stepMs: 5_000 } })
  await bob.nearby.show(10 * MINUTES)
  const links: Link[] = []
  for (let n = 0; n < MAX_UNPROVED; n++) links.push(await dial(world, bob))
  expect(await (await dial(world, bob)).closed).toMatchObject({
    by: 'remote',
    reason: expect.stringContaining('too many'),
  })
  await Promise.all(links.map(({ closed }) => closed))
  await metBy(alice, bob, 'bob')
})

test('before both have confirmed nothing is asked or answered, and a stream that comes early is not served', async () => {
  using world = createNearbyWorld()
  await using bob = world.machine('bob')
  const served: string[] = []
  bob.nearby.handle({
    protocol: { name: 'test', version: 1, maxFrameBytes: 100, maxStreams: 4 },
    serve: async (_stream, peer) => void served.push(peer.name),
  })
  await bob.nearby.show(10 * MINUTES)
  const link = await dial(world, bob)
  const frames = new FrameStream(await link.openStream(forever()), { maxFrameBytes: 4_096 })
  const early = new FrameStream(await link.openStream(forever()), { maxFrameBytes: 4_096 })
  const nonce = randomBytes(32)
  await frames.send(greeting(nonce))
  await early.send({ protocol: 'test', version: 1 })
  await frames.receive(z.unknown())
  await frames.send({ type: 'reveal', nonce })
  await frames.send({ type: 'confirm' })
  await vi.waitUntil(() => bob.arrived.length === 1, { interval: 5 })
  // It has confirmed for itself as often as it likes.
  await frames.send({ type: 'confirm' })
  bob.nearby.leave(bob.arrived[0]!.id)
  expect(await frames.receive(z.unknown())).toEqual({ type: 'refuse', reason: 'declined' })
  expect(served).toEqual([])
})

test('another key does not come again for what somebody else has agreed to', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using bob = world.machine('bob')
  await bob.nearby.show(10 * MINUTES)
  const [guest, there] = await metBy(alice, bob, 'bob')
  confirmBoth(guest, there)
  await Promise.all([guest.agreed, there.agreed])
  const peer = there.peer
  const frames = await knock(world, bob)
  await frames.send({ type: 'again', offer: guest.offer })
  expect(await frames.receive(z.unknown())).toEqual({ type: 'refuse', reason: 'unknown' })
  expect(there.peer).toBe(peer)
})

test('an offer that was heard of before is not met for again', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using bob = world.machine('bob', { isNewOffer: () => false })
  await bob.nearby.show(10 * MINUTES)
  await expect(meet(alice, 'bob')).rejects.toMatchObject({ code: 'NotFound' })
})

test('who takes the place of a device that is seen is found out by its key', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using mallory = world.machine('mallory')
  await mallory.nearby.show(10 * MINUTES)
  const { addresses } = mallory.nearby.advert()!
  world.heard.push({ key: 'ab'.repeat(32) as never, name: 'bob', addresses, heardAt: Date.now() })
  await expect(meet(alice, 'bob')).rejects.toMatchObject({ code: 'Offline' })
})

test('no bytes crash it or pass for a greeting', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 3 }), async (pieces) => {
      using world = createNearbyWorld()
      await using bob = world.machine('bob', { limits: { ...limits, stepMs: 500, lingerMs: 5 } })
      await bob.nearby.show(10 * MINUTES)
      const link = await dial(world, bob)
      // It may have had enough before all is sent.
      await sendAll(link, pieces).catch(() => {})
      await link.closed
      expect(bob.arrived).toEqual([])
      expect(bob.nearby.advert()).not.toBeNull()
    }),
    { numRuns: 25 },
  )
})

test('a giant length is refused before a byte of it is kept', async () => {
  using world = createNearbyWorld()
  await using bob = world.machine('bob')
  await bob.nearby.show(10 * MINUTES)
  const link = await dial(world, bob)
  const stream = await link.openStream(forever())
  await stream.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x81]))
  expect(await link.closed).toMatchObject({ by: 'remote' })
  expect(bob.arrived).toEqual([])
})

let strangers = 0

function dial(world: NearbyWorld, { nearby }: NearbyMachine): Promise<Link> {
  const { addresses, key } = nearby.advert()!
  const stranger = world.network.open(`stranger-${++strangers}`)
  return stranger.dial(key, { addresses, relay: null }, { alpn: alpns.spacedrop, signal: forever() })
}

async function knock(world: NearbyWorld, machine: NearbyMachine): Promise<FrameStream> {
  const link = await dial(world, machine)
  return new FrameStream(await link.openStream(forever()), { maxFrameBytes: 4_096 })
}

async function sendAll(link: Link, pieces: readonly Uint8Array[]): Promise<void> {
  const stream = await link.openStream(forever())
  for (const piece of pieces) await stream.write(piece)
  await stream.finish()
}

function greeting(nonce: Uint8Array = randomBytes(32)) {
  const offer = '01890a5d-ac96-774b-bcce-b302099a8057'
  return { type: 'greeting', offer, name: 'eve', os: 'linux', commitment: commitmentTo(nonce) }
}

function confirmBoth(...guests: readonly Guest[]): void {
  for (const guest of guests) guest.confirm(guest.number)
}
