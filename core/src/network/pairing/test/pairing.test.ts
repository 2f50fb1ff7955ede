import { expect, test, vi } from 'vitest'
import { silentLogger } from '../../../util/logger.ts'
import { IrohTransport } from '../../transport/iroh/iroh-transport.ts'
import { alpns } from '../../transport/transport.ts'
import type { PairingMachine } from './world.ts'
import { createMachine, createWorld, forever } from './world.ts'
import { until } from '../../../../testing/until.ts'

test('two devices pair over Iroh', async () => {
  using world = createWorld()
  const openTransport = (seed: Uint8Array) =>
    IrohTransport.open({ seed, bind: ['127.0.0.1'], port: 0, relay: null, alpns: [alpns.pairing], log: silentLogger })
  await using alice = createMachine(world.network, 'alice', { openTransport })
  await using bob = createMachine(world.network, 'bob', { openTransport })
  const { addresses, words } = await alice.pairing.generate({ autoAccept: true })
  const paired = await bob.pairing.join({ code: words, address: addresses[0], autoAccept: true }, forever())
  expect(paired).toEqual(alice.card)
  await ended(alice, 'completed')
  expect([alice.stored, bob.stored]).toEqual([
    [{ card: bob.card, discoverySecret: bob.stored[0]?.discoverySecret }],
    [{ card: alice.card, discoverySecret: alice.stored[0]?.discoverySecret }],
  ])
  expect(alice.states).toEqual([
    'code-issued',
    'waiting',
    'challenge-issued',
    'response-verified',
    'awaiting-confirmation',
    'completed',
  ])
})

test('nothing is stored before both persons have confirmed the same number', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  await using bob = createMachine(world.network, 'bob')
  const { joining } = await meet(alice, bob)
  const { device, number } = alice.pairing.status()
  expect(number).toMatch(/^\d{6}$/)
  expect(bob.pairing.status().number).toBe(number)
  expect(device).toEqual({ id: bob.card.id, name: 'bob', os: 'linux' })
  alice.pairing.confirm(`${number!.slice(0, 3)} ${number!.slice(3)}`)
  expect([alice.stored, bob.stored]).toEqual([[], []])
  bob.pairing.confirm(number!)
  expect((await joining).id).toBe(alice.card.id)
  await ended(alice, 'completed')
  expect([alice.stored.length, bob.stored.length]).toEqual([1, 1])
})

test('another number is not confirmed, and nothing waits for one before', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  await using bob = createMachine(world.network, 'bob')
  expect(() => alice.pairing.confirm('123456')).toThrow(expect.objectContaining({ code: 'Conflict' }))
  const { joining } = await meet(alice, bob)
  const other = alice.pairing.status().number === '000000' ? '000001' : '000000'
  expect(() => alice.pairing.confirm(other)).toThrow(expect.objectContaining({ code: 'InvalidInput' }))
  await bob.pairing.cancel()
  await expect(joining).rejects.toMatchObject({ code: 'Cancelled' })
})

test.for(['alice', 'bob'] as const)('a no of %s leaves nothing stored, and the other side hears of it', async (who) => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  await using bob = createMachine(world.network, 'bob')
  const { joining } = await meet(alice, bob)
  const [here, there] = who === 'alice' ? [alice, bob] : [bob, alice]
  there.pairing.confirm(there.pairing.status().number!)
  expect(await here.pairing.cancel()).toBe(true)
  await expect(joining).rejects.toMatchObject({ code: 'Cancelled' })
  await ended(there, 'cancelled')
  expect(there.pairing.status().reason).toBe('the pairing was cancelled at the other device')
  expect([alice.stored, bob.stored]).toEqual([[], []])
})

test('of two that race with one code, one is paired and the other hears why it is not', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  await using bob = createMachine(world.network, 'bob')
  await using carol = createMachine(world.network, 'carol')
  const { addresses, words } = await alice.pairing.generate({ autoAccept: true })
  const join = (machine: PairingMachine) =>
    machine.pairing.join({ code: words, address: addresses[0], autoAccept: true }, forever())
  const outcomes = await Promise.allSettled([join(bob), join(carol)])
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const refused = outcomes.find((outcome) => outcome.status === 'rejected')
  expect(String(refused?.reason)).toContain('another device has used this code already')
  await ended(alice, 'completed')
  expect(alice.stored.length).toBe(1)
})

test('a code is good once', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  await using bob = createMachine(world.network, 'bob')
  await using carol = createMachine(world.network, 'carol', { limits: { findMs: 20 } })
  const { addresses, words } = await alice.pairing.generate({ autoAccept: true })
  const input = { code: words, address: addresses[0], autoAccept: true }
  await bob.pairing.join(input, forever())
  await ended(alice, 'completed')
  await expect(carol.pairing.join(input, forever())).rejects.toMatchObject({ code: 'Offline' })
})

test('a code is over after its time, and a new one takes the place of one that nobody has used', async () => {
  using world = createWorld()
  using _timers = ownTime()
  await using alice = createMachine(world.network, 'alice', { limits: { lifetimeMs: 300_000 } })
  const first = await alice.pairing.generate({ autoAccept: false })
  const second = await alice.pairing.generate({ autoAccept: false })
  expect(second.words).not.toBe(first.words)
  expect(alice.pairing.status()).toMatchObject({ state: 'waiting', session: second.session, attemptsLeft: 3 })
  vi.advanceTimersByTime(300_000)
  await ended(alice, 'expired')
  expect(alice.pairing.status().reason).toContain('the pairing code has expired')
})

test('two people who do not compare in time store nothing', async () => {
  using world = createWorld()
  using _timers = ownTime()
  await using alice = createMachine(world.network, 'alice', { limits: { confirmMs: 120_000 } })
  await using bob = createMachine(world.network, 'bob', { limits: { confirmMs: 240_000 } })
  const { joining } = await meet(alice, bob)
  vi.advanceTimersByTime(120_000)
  await expect(joining).rejects.toThrow('the time of this code is over')
  await ended(alice, 'expired')
  await ended(bob, 'expired')
})

test('a device does not pair with itself', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  await using copy = createMachine(world.network, 'copy', {
    self: () => ({ card: { ...alice.card, name: 'copy' }, sign: async () => Buffer.alloc(64) }),
  })
  const { addresses, words } = await alice.pairing.generate({ autoAccept: true })
  await expect(
    copy.pairing.join({ code: words, address: addresses[0], autoAccept: true }, forever()),
  ).rejects.toMatchObject({ code: 'Conflict' })
  expect(alice.pairing.status().state).toBe('waiting')
})

test('where one side cannot store the other, neither keeps it', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice')
  await using bob = createMachine(world.network, 'bob', { store: () => Promise.reject(new Error('the disk is full')) })
  const { addresses, words } = await alice.pairing.generate({ autoAccept: true })
  const joining = bob.pairing.join({ code: words, address: addresses[0], autoAccept: true }, forever())
  await expect(joining).rejects.toThrow('the disk is full')
  await ended(alice, 'failed')
  expect(alice.pairing.status().reason).toContain('the other device could not store this one')
  expect(alice.stored).toEqual([])
})

test('where the last word is lost, the one that has stored the other says so', async () => {
  using world = createWorld()
  await using alice = createMachine(world.network, 'alice', { limits: { stepMs: 5_000 } })
  const never = Promise.withResolvers<void>()
  await using bob = createMachine(world.network, 'bob', { store: () => never.promise })
  const { addresses, words } = await alice.pairing.generate({ autoAccept: true })
  const joining = bob.pairing.join({ code: words, address: addresses[0], autoAccept: true }, forever())
  await ended(alice, 'completed')
  expect(alice.pairing.status().reason).toContain('bob did not say that it has stored this device')
  expect(alice.stored.length).toBe(1)
  never.resolve()
  await joining
})

test('a request that is given up ends the pairing', async () => {
  using world = createWorld()
  await using bob = createMachine(world.network, 'bob')
  await using alice = createMachine(world.network, 'alice')
  const { words } = await alice.pairing.generate({ autoAccept: true })
  const controller = new AbortController()
  const joining = bob.pairing.join({ code: words, address: '10.9.9.9:9', autoAccept: true }, controller.signal)
  controller.abort()
  await expect(joining).rejects.toMatchObject({ code: 'Cancelled' })
  expect(bob.pairing.status().state).toBe('cancelled')
})

test('without an address, a relay or discovery there is no way to look', async () => {
  using world = createWorld()
  await using bob = createMachine(world.network, 'bob')
  await using alice = createMachine(world.network, 'alice')
  const { words } = await alice.pairing.generate({ autoAccept: true })
  await expect(bob.pairing.join({ code: words, autoAccept: true }, forever())).rejects.toMatchObject({
    code: 'Unavailable',
  })
})

/** Lets the time of the timers pass when the test says so. */
function ownTime(): Disposable {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  return { [Symbol.dispose]: () => void vi.useRealTimers() }
}

/** Brings two devices to where both persons compare. */
async function meet(alice: PairingMachine, bob: PairingMachine) {
  const { addresses, words } = await alice.pairing.generate({ autoAccept: false })
  const joining = bob.pairing.join({ code: words, address: addresses[0], autoAccept: false }, forever())
  joining.catch(() => {})
  await ended(alice, 'awaiting-confirmation')
  await ended(bob, 'awaiting-confirmation')
  return { joining }
}

async function ended({ pairing }: PairingMachine, state: ReturnType<PairingMachine['pairing']['status']>['state']) {
  await until(() => pairing.status().state === state)
}
