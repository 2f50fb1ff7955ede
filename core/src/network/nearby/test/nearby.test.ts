import { randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { VirtualClock } from '../../../../testing/memory-network/index.ts'
import { CoreError } from '../../../util/errors.ts'
import { alpns, type LinkEnd } from '../../transport/transport.ts'
import { answering, ask, type Rpc } from '../../wire/rpc.ts'
import { createNearbyWorld, forever, limits, meet, metBy, MINUTES, type NearbyMachine } from './world.ts'

const greetings = {
  hello: { input: z.object({ from: z.string() }), output: z.object({ to: z.string() }) },
}
const rpc: Rpc<typeof greetings> = {
  name: 'test',
  version: 1,
  maxFrameBytes: 1_024,
  maxStreams: 4,
  questions: greetings,
}

test('two strangers see one number, and speak once both have confirmed it', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using bob = world.machine('bob')
  const heard: string[] = []
  bob.nearby.handle(
    answering(rpc, {
      hello: async ({ from }, peer) => {
        heard.push(`${from} ${peer.name} ${peer.isStranger}`)
        return { to: 'bob' }
      },
    }),
  )
  await bob.nearby.show(10 * MINUTES)
  expect(alice.nearby.devices().map(({ name }) => name)).toEqual(['bob'])
  expect(bob.nearby.devices()).toEqual([])
  const [guest, there] = await metBy(alice, bob, 'bob')
  expect(there).toMatchObject({ name: 'alice', number: guest.number, offer: guest.offer })
  expect(guest.number).toMatch(/^\d{6}$/)
  expect([alice.nearby.connected(), bob.nearby.connected()]).toEqual([[], []])
  guest.confirm(guest.number)
  expect(guest.peer).toBeNull()
  there.confirm(`${guest.number.slice(0, 3)} ${guest.number.slice(3)}`)
  await Promise.all([guest.agreed, there.agreed])
  expect(await ask(guest.peer!, { rpc, verb: 'hello', input: { from: 'alice' } }, forever())).toEqual({ to: 'bob' })
  expect(heard).toEqual(['alice alice true'])
})

test('the number of another screen is not confirmed, and whoever says no is heard', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using bob = world.machine('bob')
  await bob.nearby.show(10 * MINUTES)
  const [guest, there] = await metBy(alice, bob, 'bob')
  const other = guest.number === '000000' ? '000001' : '000000'
  expect(() => guest.confirm(other)).toThrow('an attacker may be in between')
  guest.confirm(guest.number)
  bob.nearby.leave(there.id)
  await expect(guest.agreed).rejects.toMatchObject({ code: 'NotAuthorised' })
  await expect(there.agreed).rejects.toMatchObject({ code: 'Cancelled' })
  await vi.waitUntil(() => alice.over.length === 1 && bob.over.length === 1, { interval: 5 })
  expect([alice.nearby.connected(), bob.nearby.connected()]).toEqual([[], []])
})

test('a number that nobody compares is over after its time, on both sides', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  const clock = new VirtualClock()
  await using bob = world.machine('bob', { clock })
  await bob.nearby.show(10 * MINUTES)
  const [guest, there] = await metBy(alice, bob, 'bob')
  guest.confirm(guest.number)
  clock.step()
  await expect(guest.agreed).rejects.toMatchObject({ code: 'Timeout' })
  expect(() => there.confirm(there.number)).toThrow('the offer has ended')
})

test('a device is seen for as long as was said; who knows where it was comes in no more', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  const clock = new VirtualClock()
  await using bob = world.machine('bob', { clock })
  await bob.nearby.show(500)
  const stranger = alice.nearby.find('bob')
  expect(bob.nearby.visibility()).toMatchObject({ name: 'bob' })
  clock.step()
  expect([clock.ticks(), bob.nearby.advert()]).toEqual([500, null])
  expect(bob.nearby.visibility()).toEqual({ name: null, until: null, reason: null })
  expect(alice.nearby.devices()).toEqual([])
  expect(() => alice.nearby.find('bob')).toThrow('network nearby')
  world.heard.push(stranger)
  await expect(meet(alice, 'bob')).rejects.toMatchObject({ code: 'Offline' })
})

test('each time it is seen under another key, and what goes on with a guest goes on unseen', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using bob = world.machine('bob')
  await bob.nearby.show(10 * MINUTES)
  const { key } = alice.nearby.find('bob')
  const [guest, there] = await metBy(alice, bob, 'bob')
  bob.nearby.hide()
  confirmBoth(guest, there)
  await Promise.all([guest.agreed, there.agreed])
  await bob.nearby.show(10 * MINUTES)
  expect(alice.nearby.find('bob').key).not.toBe(key)
  expect(guest.peer?.signal.aborted).toBe(false)
})

test('a connection that was lost is made anew without a second number; one that stays away is over', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice', { limits: { ...limits, returnMs: RETURN_MS, retryMs: 50 } })
  await using bob = world.machine('bob', { limits: { ...limits, returnMs: RETURN_MS } })
  await bob.nearby.show(10 * MINUTES)
  const [guest, there] = await metBy(alice, bob, 'bob')
  confirmBoth(guest, there)
  await Promise.all([guest.agreed, there.agreed])
  const before = there.peer!
  const machines = ['alice-2', 'bob-1']
  world.network.partition(machines.map((machine) => [machine]))
  await vi.waitUntil(() => guest.peer === null && there.peer === null, { interval: 5 })
  world.network.heal()
  await vi.waitUntil(() => guest.peer !== null && there.peer !== null, { interval: 5 })
  expect(there.peer).not.toBe(before)
  expect([guest.signal.aborted, there.signal.aborted]).toEqual([false, false])

  world.network.partition(machines.map((machine) => [machine]))
  await vi.waitUntil(() => alice.over.length === 1 && bob.over.length === 1, { interval: 5 })
  expect(guest.signal.reason).toMatchObject({ code: 'Unavailable' })
})

test('a guest is asked for what is handled for guests, and for nothing else', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using bob = world.machine('bob')
  await bob.nearby.show(10 * MINUTES)
  const [guest, there] = await metBy(alice, bob, 'bob')
  confirmBoth(guest, there)
  await guest.agreed
  const asked = ask(guest.peer!, { rpc, verb: 'hello', input: { from: 'alice' } }, forever())
  await expect(asked).rejects.toMatchObject({ code: 'Unsupported' })
})

test('who is meant is said by a name that one device has, or by the beginning of a key', async () => {
  using world = createNearbyWorld()
  await using alice = world.machine('alice')
  await using one = world.machine('laptop')
  await using other = world.machine('laptop')
  await one.nearby.show(10 * MINUTES)
  await other.nearby.show(10 * MINUTES)
  expect(() => alice.nearby.find('laptop')).toThrow(CoreError)
  const [first] = alice.nearby.devices()
  expect(alice.nearby.find(first!.key.slice(0, 12)).key).toBe(first!.key)
  expect(() => alice.nearby.find('laptob')).toThrow('did you mean laptop')
})

test('a device that receives nothing, or is off, is not seen', async () => {
  using world = createNearbyWorld()
  await using bob = world.machine('bob', { isReceiving: () => false })
  await expect(bob.nearby.show(MINUTES)).rejects.toMatchObject({ code: 'Conflict' })
  await using deaf = world.machine('deaf', { discovery: () => null })
  await expect(deaf.nearby.show(MINUTES)).rejects.toMatchObject({ code: 'Unavailable' })
  await bob.nearby.close()
  await expect(bob.nearby.show(MINUTES)).rejects.toMatchObject({ code: 'Offline' })
  expect(bob.nearby.advert()).toBeNull()
})

test('what is turned off meanwhile is not seen, and lets nobody in', async () => {
  using world = createNearbyWorld()
  let isReceiving = true
  await using alice = world.machine('alice')
  await using bob = world.machine('bob', { isReceiving: () => isReceiving })
  const shown = bob.nearby.show(MINUTES)
  isReceiving = false
  await expect(shown).rejects.toMatchObject({ code: 'Conflict' })
  expect(bob.nearby.advert()).toBeNull()

  isReceiving = true
  await bob.nearby.show(MINUTES)
  isReceiving = false
  await expect(meet(alice, 'bob')).rejects.toThrow('not to be seen any more')
})

test('networking that stops ends a drop that is being dialled, whatever is on again by then', async () => {
  using world = createNearbyWorld()
  const { promise: mayOpen, resolve: open } = Promise.withResolvers<void>()
  await using bob = world.machine('bob')
  await bob.nearby.show(MINUTES)
  await using alice = world.machine('alice', {
    openTransport: async (seed) => {
      const transport = world.network.open('alice', { seed: Buffer.from(seed), alpns: [alpns.spacedrop] })
      await mayOpen
      return transport
    },
  })
  const meeting = meet(alice, 'bob')
  await alice.nearby.close()
  alice.nearby.start()
  open()
  await expect(meeting).rejects.toMatchObject({ code: 'Offline' })
  expect(alice.nearby.connected()).toEqual([])
  expect(bob.arrived).toEqual([])
})

test('a drop whose number is being made when networking stops comes to nothing', async () => {
  using world = createNearbyWorld()
  await using bob = world.machine('bob')
  await bob.nearby.show(MINUTES)
  let times = 0
  await using alice = world.machine('alice', {
    // First the seed of a key, then the nonce of the greeting: the connection is there by then.
    randomBytes: (count) => {
      if (++times === 2) setImmediate(() => void alice.nearby.close())
      return randomBytes(count)
    },
  })
  await expect(meet(alice, 'bob')).rejects.toMatchObject({ code: 'Offline' })
  expect(alice.arrived).toEqual([])
})

test('a connection over which a guest does not come again is not left open', async () => {
  using world = createNearbyWorld()
  const ends: Promise<LinkEnd>[] = []
  let isDeaf = false
  await using alice = world.machine('alice', { limits: { ...limits, stepMs: 5_000, retryMs: 50 } })
  await using bob = world.machine('bob', {
    openTransport: async (seed) => {
      const transport = world.network.open('bob', { seed: Buffer.from(seed), alpns: [alpns.spacedrop] })
      const onPeer = transport.onPeer.bind(transport)
      transport.onPeer = (listener) =>
        onPeer((link) => {
          if (isDeaf) ends.push(link.closed)
          else listener(link)
        })
      return transport
    },
  })
  await bob.nearby.show(MINUTES)
  const [guest, there] = await metBy(alice, bob, 'bob')
  confirmBoth(guest, there)
  await Promise.all([guest.agreed, there.agreed])
  isDeaf = true
  world.network.drop('alice-1', 'bob')
  await vi.waitUntil(() => ends.length > 0, { interval: 5 })
  expect(await ends[0]).toMatchObject({ by: 'remote' })
  isDeaf = false
  await vi.waitUntil(() => guest.peer !== null && there.peer !== null, { interval: 5 })
})

/** A busy machine makes a connection anew within this time, in milliseconds. */
const RETURN_MS = 20_000

function confirmBoth(...guests: readonly NearbyMachine['arrived'][number][]): void {
  for (const guest of guests) guest.confirm(guest.number)
}
