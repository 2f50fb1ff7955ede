import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import type { CoreOptions } from '../src/core.ts'
import { MulticastChannel } from '../src/network/index.ts'
import type { TestCore } from '../testing/test-core.ts'
import { createTestNetwork, untilConnected } from '../testing/test-network.ts'

const { signal } = new AbortController()

test('two devices that know nothing of each other are connected twelve words later', async () => {
  await using network = await createTestNetwork(['alice', 'bob'], { paired: false, core: onLoopback })
  const { alice, bob } = await lookingAround(network.devices)
  const { words } = await alice.core.network.pairing.generate({ autoAccept: true })
  const { name } = await bob.core.network.pairing.join({ code: words, autoAccept: true }, signal)
  expect(name).toBe('alice')
  await untilConnected(alice, 1)
  await untilConnected(bob, 1)
  expect(alice.core.network.devices()).toMatchObject([{ name: 'bob', state: 'connected', path: 'direct' }])
  const completed = { state: 'completed', device: { name: 'bob' }, reason: null }
  await vi.waitFor(() => expect(alice.core.network.pairing.status()).toMatchObject(completed))
  expect([...alice.warnings, ...bob.warnings]).toEqual([])
})

test('paired devices find each other on the local network when all their addresses have changed', async () => {
  await using network = await createTestNetwork(['alice', 'bob'], { paired: false, core: onLoopback })
  const { alice, bob } = await lookingAround(network.devices)
  const { words } = await alice.core.network.pairing.generate({ autoAccept: true })
  await bob.core.network.pairing.join({ code: words, autoAccept: true }, signal)
  await untilConnected(alice, 1)
  const before = [alice, bob].flatMap(({ core }) => core.network.transport.addresses())
  for (const { core } of [alice, bob]) await core.network.stop()
  for (const { core } of [alice, bob]) {
    await core.config.set('network.port', String(await freePort()))
    await core.network.start()
  }
  await untilConnected(alice, 1)
  await untilConnected(bob, 1)
  const after = [alice, bob].flatMap(({ core }) => core.network.transport.addresses())
  expect(after.filter((address) => before.includes(address))).toEqual([])
})

test('a code ends with networking', async () => {
  await using network = await createTestNetwork(['alice'], { paired: false })
  const { core } = network.device('alice')
  await core.network.pairing.generate({ autoAccept: false })
  await core.network.stop()
  expect(core.network.pairing.status()).toMatchObject({ state: 'cancelled', reason: 'networking was stopped' })
  await expect(core.network.pairing.generate({ autoAccept: false })).rejects.toMatchObject({ code: 'Offline' })
  const code = 'abandon amount liar amount expire adjust cage candy arch gather drum buyer'
  await expect(core.network.pairing.join({ code, autoAccept: true }, signal)).rejects.toMatchObject({ code: 'Offline' })
  expect(core.network.pairing.status().state).toBe('cancelled')
})

test('what happens is told, and never the words', async () => {
  await using network = await createTestNetwork(['alice'], { paired: false })
  const { core } = network.device('alice')
  const heard: unknown[] = []
  using _listening = core.events.subscribe((event) => heard.push(event), { types: ['pairing.changed'] })
  const { words } = await core.network.pairing.generate({ autoAccept: false })
  await core.network.pairing.cancel()
  const states = ['code-issued', 'waiting', 'cancelled']
  await vi.waitFor(() => expect(heard).toMatchObject(states.map((state) => ({ data: { state } }))))
  for (const word of words.split(' ')) expect(JSON.stringify(heard)).not.toContain(`"${word}"`)
})

/** Real multicast, that leaves this machine on no interface. */
const onLoopback: Partial<CoreOptions> = {
  makeLanChannel: (log) => new MulticastChannel({ log, interfaces: () => ['127.0.0.1'] }),
}

async function lookingAround([alice, bob]: readonly TestCore[]): Promise<{ alice: TestCore; bob: TestCore }> {
  for (const device of [alice!, bob!]) {
    await device.core.config.set('network.discovery', 'true')
    await vi.waitUntil(() => device.core.network.meeting.discovery !== null)
  }
  return { alice: alice!, bob: bob! }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}
