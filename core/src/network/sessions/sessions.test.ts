import { expect, test } from 'vitest'
import { z } from 'zod'
import { createMemoryNetwork } from '../../../testing/memory-network/index.ts'
import { seededRandom } from '../../../testing/memory-network/random.ts'
import { answering, ask, type Rpc } from '../wire/rpc.ts'
import { createDevice, pairedDevices, type SessionDevice } from './test/session-devices.ts'

const { signal } = new AbortController()

async function world(names: readonly string[], seed = 1) {
  const network = createMemoryNetwork({ seed })
  const devices = await pairedDevices(network, names, seededRandom(seed))
  const [alice, bob] = devices as [SessionDevice, SessionDevice]
  return { network, devices, alice, bob, [Symbol.asyncDispose]: () => stopAll(devices, network) }
}

async function stopAll(devices: readonly SessionDevice[], network: ReturnType<typeof createMemoryNetwork>) {
  using _time = network.run()
  await Promise.all(devices.map((device) => device.stop()))
}

const echo = {
  name: 'echo',
  version: 1,
  maxFrameBytes: 4_096,
  maxStreams: 4,
  questions: { say: { input: z.string(), output: z.string() } },
} satisfies Rpc<Record<string, { input: z.ZodString; output: z.ZodString }>>

test('two paired devices are connected once both are there, over one connection', async () => {
  await using w = await world(['alice', 'bob'])
  w.alice.start()
  w.bob.start()
  await w.network.until(() => w.alice.connected().length > 0 && w.bob.connected().length > 0)
  await w.network.advance(30_000)
  expect([w.alice.history, w.bob.history]).toEqual([['+bob'], ['+alice']])
})

test('a question is answered', async () => {
  await using w = await world(['alice', 'bob'])
  w.bob.sessions.handle(answering(echo, { say: async (text, peer) => `${peer.name} says ${text}` }))
  w.alice.start()
  w.bob.start()
  using _time = w.network.run()
  const peer = await w.alice.sessions.reach(w.bob.card.id, signal)
  expect(await ask(peer, { rpc: echo, verb: 'say', input: 'hello' }, signal)).toBe('alice says hello')
})

test('a device whose cable is pulled is offline within ten seconds, and comes back by itself', async () => {
  await using w = await world(['alice', 'bob'])
  w.alice.start()
  w.bob.start()
  await w.network.until(() => w.alice.connected().length > 0 && w.bob.connected().length > 0)
  await w.network.advance(20_000)
  w.network.partition([['alice'], ['bob']])
  await w.network.until(() => w.alice.connected().length === 0 && w.bob.connected().length === 0, { withinMs: 10_000 })
  w.network.heal()
  await w.network.until(() => w.alice.connected().length > 0 && w.bob.connected().length > 0, { withinMs: 61_000 })
  expect(w.alice.history).toEqual(['+bob', '-bob', '+bob'])
})

test('a stop is seen at once, a start again, too', async () => {
  await using w = await world(['alice', 'bob'])
  w.alice.start()
  w.bob.start()
  await w.network.until(() => w.alice.connected().length > 0 && w.bob.connected().length > 0)
  const stopped = w.bob.stop()
  await w.network.until(() => w.alice.connected().length === 0, { withinMs: 100 })
  await w.network.resolved(stopped)
  w.bob.start()
  await w.network.until(() => w.alice.connected().length > 0, { withinMs: 1_000 })
  expect(w.alice.history).toEqual(['+bob', '-bob', '+bob'])
})

test('a device that is killed and back before anyone noticed is connected anew', async () => {
  for (const name of ['alice', 'bob']) {
    await using w = await world(['alice', 'bob'])
    w.alice.start()
    w.bob.start()
    await w.network.until(() => w.alice.connected().length > 0 && w.bob.connected().length > 0)
    await w.network.advance(1_000)
    const [killed, other] = name === 'alice' ? [w.alice, w.bob] : [w.bob, w.alice]
    await w.network.resolved(killed.kill())
    killed.start()
    await w.network.until(() => killed.connected().length > 0 && other.history.length === 3, { withinMs: 2_000 })
    expect(other.history).toEqual([`+${name}`, `-${name}`, `+${name}`])
  }
})

test('a stranger is refused, and a revoked device is told', async () => {
  await using w = await world(['alice', 'bob'])
  const carol = await createDevice({ network: w.network, name: 'carol', machine: 'carol', random: seededRandom(3) })
  carol.registry.add(w.alice.card)
  w.alice.start()
  carol.start()
  await w.network.until(() => carol.sessions.lastError(w.alice.card.id) !== null)
  expect(carol.sessions.lastError(w.alice.card.id)).toBe('the two devices are not paired there')
  expect([w.alice.history, carol.history]).toEqual([[], []])
  w.alice.registry.remove(w.bob.card.id, { refuse: true })
  w.bob.start()
  await w.network.until(() => w.bob.registry.get(w.alice.card.id) === null)
  await w.network.resolved(carol.stop())
})

test('a device that is seen elsewhere is dialled there at once, though it is being looked for where it was', async () => {
  await using w = await world(['alice', 'bob'])
  forgetAddresses(w.bob, w.alice)
  w.alice.start()
  // Nothing answers where it was: that attempt takes its ten seconds.
  await w.network.advance(200)
  w.network.move('bob')
  const endpoint = w.bob.start()
  w.alice.sessions.seenAt(endpoint.key, endpoint.addresses())
  await w.network.until(() => w.alice.connected().length > 0, { withinMs: 500 })
  expect(w.alice.history).toEqual(['+bob'])
})

test('what anyone on the network says of where a device is takes no place of what is known', async () => {
  await using w = await world(['alice', 'bob'])
  w.alice.start()
  const known = w.alice.registry.get(w.bob.card.id)!.addresses
  let updates = 0
  using _updates = w.alice.registry.onChange(() => updates++)
  for (let n = 0; n < 500; n++) {
    const addresses = Array.from({ length: 8 }, (_, at) => `10.9.${n % 250}.${at}:${1_000 + n}`)
    w.alice.sessions.seenAt(w.bob.card.key, addresses)
  }
  expect(w.alice.registry.get(w.bob.card.id)!.addresses).toEqual(known)
  expect(updates).toBe(0)
  forgetAddresses(w.bob, w.alice)
  w.bob.start()
  await w.network.until(() => w.alice.connected().length > 0, { withinMs: 61_000 })
})

/** Its attempts come to nothing: the other one has to dial. */
function forgetAddresses({ registry }: SessionDevice, { card }: SessionDevice): void {
  registry.remove(card.id, { refuse: false })
  registry.add({ ...card, addresses: [] })
}
