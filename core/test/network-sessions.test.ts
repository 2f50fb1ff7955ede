import { expect, test, vi } from 'vitest'
import { createTestNetwork, untilConnected } from '../testing/test-network.ts'

test('paired devices are connected, and told so', async () => {
  await using network = await createTestNetwork(['alice', 'bob', 'carol'])
  const { core } = network.device('alice')
  expect(core.network.devices()).toMatchObject([
    { name: 'bob', state: 'connected', path: 'direct' },
    { name: 'carol', state: 'connected', path: 'direct' },
  ])
  expect(core.status().network.state).toBe('running')
})

test('a device that restarts is connected again by itself, with the key it had', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  const { key } = alice.core.network.status()
  await alice.restart()
  await untilConnected(alice, 1)
  await untilConnected(bob, 1)
  expect(alice.core.network.status().key).toBe(key)
})

test('a revoked device is disconnected at once, and told', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  alice.core.network.revoke(network.idOf('bob'))
  expect(alice.core.network.devices()).toEqual([])
  await vi.waitUntil(() => bob.core.network.devices().length === 0)
})
