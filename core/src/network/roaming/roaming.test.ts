import { expect, test } from 'vitest'
import { createMemoryNetwork } from '../../../testing/memory-network/index.ts'
import { seededRandom } from '../../../testing/memory-network/random.ts'
import { silentLogger } from '../../util/logger.ts'
import { pairedDevices, type SessionDevice } from '../sessions/test/session-devices.ts'
import type { Transport } from '../transport/transport.ts'
import { Roaming } from './index.ts'

test('a device that gets another address tells those it is connected with, and the local network', async () => {
  await using w = await world()
  const bob = w.roam(w.bob)
  w.roam(w.alice)
  await w.network.until(() => w.alice.connected().length > 0 && w.bob.connected().length > 0)
  w.network.move('bob')
  const [moved] = bob.transport.addresses()
  await w.network.until(() => w.addressOf(w.alice, w.bob) === moved, { withinMs: 2_000 })
  expect([bob.moves(), w.alice.history]).toEqual([1, ['+bob']])
})

test('a device that comes to a network where others are dials them at once', async () => {
  await using w = await world()
  w.roam(w.bob)
  const alice = w.roam(w.alice)
  w.network.partition([['alice'], ['bob']])
  await w.network.advance(10 * 60_000)
  expect(w.alice.connected()).toEqual([])
  w.network.heal()
  w.network.move('alice')
  await w.network.until(() => w.alice.connected().length > 0, { withinMs: 3_000 })
  expect(alice.moves()).toBe(1)
})

test('a connection that carries nothing after a move is given up, long before it is silent', async () => {
  await using w = await world()
  w.roam(w.bob)
  w.roam(w.alice)
  await w.network.until(() => w.alice.connected().length > 0 && w.bob.connected().length > 0)
  w.network.partition([['alice'], ['bob']])
  w.network.move('alice')
  await w.network.until(() => w.alice.connected().length === 0, { withinMs: 5_000 })
  expect(w.bob.connected()).toEqual(['alice'])
})

async function world() {
  const network = createMemoryNetwork({ seed: 3 })
  const devices = await pairedDevices(network, ['alice', 'bob'], seededRandom(3))
  const [alice, bob] = devices as [SessionDevice, SessionDevice]
  const followers: Roaming[] = []
  return {
    network,
    alice,
    bob,
    /** Starts a device that follows its addresses. */
    roam({ registry, sessions, start }: SessionDevice) {
      let moves = 0
      const roaming = new Roaming({
        registry,
        sessions,
        clock: network.clock,
        log: silentLogger,
        onMoved: () => moves++,
      })
      const transport: Transport = start()
      roaming.start({ transport, relay: '' })
      followers.push(roaming)
      return { transport, moves: () => moves }
    },
    addressOf: (one: SessionDevice, other: SessionDevice) => one.registry.get(other.card.id)?.addresses[0],
    async [Symbol.asyncDispose]() {
      for (const follower of followers) follower.stop()
      using _time = network.run()
      await Promise.all(devices.map((device) => device.stop()))
    },
  }
}
