import { expect, test, vi } from 'vitest'
import type { CoreOptions } from '../src/core.ts'
import type { LanChannel } from '../src/network/discovery/index.ts'
import { IrohTransport, MulticastChannel } from '../src/network/index.ts'
import { alpns } from '../src/network/transport/transport.ts'
import { silentLogger } from '../src/util/logger.ts'
import type { TestCore } from '../testing/test-core.ts'
import { createTestNetwork, moveAndMeet, untilConnected } from '../testing/test-network.ts'

const { signal } = new AbortController()

test('two devices that know nothing of each other are connected twelve words later', async () => {
  await using network = await createTestNetwork(['alice', 'bob'], { paired: false, core: onLoopback })
  const { alice, bob } = await lookingAround(network.devices)
  const { words } = await alice.core.network.pairing.generate({ autoAccept: true })
  const { name } = await bob.core.network.pairing.join({ code: words, autoAccept: true }, signal)
  expect(name).toBe('alice')
  await untilConnected(alice, 1)
  await untilConnected(bob, 1)
  // The way is known soon after the connection.
  const connected = [{ name: 'bob', state: 'connected', path: 'direct' }]
  await vi.waitFor(() => expect(alice.core.network.devices()).toMatchObject(connected))
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
  await moveAndMeet(network.devices)
})

test('an address of a rendezvous that is none is refused where it is set', async () => {
  await using network = await createTestNetwork(['alice'], { paired: false })
  const { config } = network.device('alice').core
  for (const key of ['network.rendezvous', 'network.relay']) {
    await expect(config.set(key, 'relay.example:3340')).rejects.toThrow(/must begin with http/)
  }
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

test('no code is made while networking is on its way off', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const { core: alice } = network.device('alice')
  const { core: bob } = network.device('bob')
  const asked = Promise.withResolvers<void>()
  const protocol = { name: 'forever', version: 1, maxFrameBytes: 100, maxStreams: 1 }
  // Something that is being served holds up the end of the connections.
  using _serving = alice.network.sessions.handle({
    protocol,
    serve: () => {
      asked.resolve()
      return new Promise(() => {})
    },
  })
  await (await bob.network.sessions.reach(network.idOf('alice'), signal)).open(protocol, signal)
  await asked.promise
  const stopping = alice.network.stop()
  await vi.waitUntil(() => alice.network.sessions.connected().length === 0)
  await expect(alice.network.pairing.generate({ autoAccept: true })).rejects.toMatchObject({ code: 'Offline' })
  await stopping
})

test('pairing anew that fails leaves two devices as they were', async () => {
  await using network = await createTestNetwork(['alice', 'bob'], { paired: false })
  const [alice, bob] = [network.device('alice').core, network.device('bob').core]
  const pair = async () => {
    const { addresses, words } = await alice.network.pairing.generate({ autoAccept: true })
    await bob.network.pairing.join({ code: words, address: addresses[0], autoAccept: true }, signal)
  }
  const known = () =>
    [alice, bob].map(({ network: { db } }) => db.all('select device, hex(secret) from discovery_secrets'))
  await pair()
  await vi.waitFor(() => expect(alice.network.pairing.status().state).toBe('completed'))
  const before = known()
  bob.network.db.run("create trigger full before update on discovery_secrets begin select raise(abort, 'no room'); end")
  await expect(pair()).rejects.toThrow('no room')
  await vi.waitFor(() => expect(alice.network.pairing.status().state).toBe('failed'))
  expect(known()).toEqual(before)
})

test('another program with the key of this device is noticed by what it tells the network, and nobody is believed', async () => {
  const told: string[][] = []
  let hear: (texts: readonly string[]) => void = () => {}
  const makeLanChannel = (): LanChannel => ({
    tell: (records) => void told.push(...records.map((texts) => [...texts])),
    ask: () => {},
    listen: ({ heard }) => {
      hear = (texts) => heard({ texts: texts.map((text) => Buffer.from(text)), source: '127.0.0.1' })
    },
    problem: () => null,
    [Symbol.asyncDispose]: async () => {},
  })
  let seed: Uint8Array = new Uint8Array()
  await using network = await createTestNetwork(['alice', 'bob'], {
    paired: false,
    core: (name) => ({
      makeLanChannel,
      makeTransport: (options) => {
        if (name === 'alice' && options.alpns.includes(alpns.paired)) seed = options.seed
        return IrohTransport.open({ ...options, bind: ['127.0.0.1', '::1'] })
      },
    }),
  })
  const [alice, bob] = [network.device('alice').core, network.device('bob').core]
  const { addresses, words } = await alice.network.pairing.generate({ autoAccept: true })
  await bob.network.pairing.join({ code: words, address: addresses[0], autoAccept: true }, signal)
  await alice.config.set('network.discovery', 'true')
  await vi.waitUntil(() => told.some((texts) => texts.includes('kind=paired') && texts.some((t) => t.startsWith('i='))))
  const own = told.findLast((texts) => texts.includes('kind=paired') && texts.some((t) => t.startsWith('i=')))!
  const isNoticed = () => alice.network.notices().some((notice) => notice.includes('has the key of this device'))
  await using copy = await IrohTransport.open({
    seed,
    bind: ['127.0.0.1'],
    port: 0,
    relay: null,
    alpns: [alpns.paired],
    log: silentLogger,
  })
  copy.onPeer((link) => link.close('not paired'))
  hear(own)
  expect(isNoticed()).toBe(false)
  hear([...own.filter((text) => !text.startsWith('a=')), `a=${copy.addresses()[0]}`])
  await vi.waitUntil(isNoticed)
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
  // Single words of the list, such as `session`, are also names of fields.
  const pairs = words.split(' ').map((word, i, all) => `${word} ${all[i + 1] ?? ''}`.trim())
  for (const pair of pairs.slice(0, -1)) expect(JSON.stringify(heard)).not.toContain(pair)
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
