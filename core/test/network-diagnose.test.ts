import { expect, test, vi } from 'vitest'
import { createTestDevice, createTestNetwork } from '../testing/test-network.ts'
import { Relay } from '../src/network/relay/index.ts'
import { silentLogger } from '../src/util/logger.ts'

const { signal } = new AbortController()

test('a connected device is found to be so, with its way', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const alice = network.device('alice').core.network
  const look = async () => {
    const { checks } = await alice.diagnose(alice.registry.find('bob'), signal)
    return new Map(checks.map((check) => [check.name, check]))
  }
  // The way is known soon after the connection.
  const byName = await vi.waitUntil(async () => {
    const found = await look()
    return found.get('connection')?.detail.includes('unknown way') ? null : found
  })
  expect(byName.get('networking')).toMatchObject({ state: 'ok', detail: expect.stringContaining('1 of 1') })
  expect(byName.get('connection')).toMatchObject({ state: 'ok', detail: expect.stringContaining('straight, at') })
  expect(byName.get('clocks')).toMatchObject({ state: 'ok' })
  expect(byName.get('relay')).toMatchObject({ state: 'ok', detail: expect.stringContaining('none is set') })
})

test('a device that is off is dialled at each of its addresses, and is said to be off', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const alice = network.device('alice').core.network
  await network.device('bob').core.network.stop()
  await vi.waitUntil(() => alice.sessions.connected().length === 0)
  const bob = alice.registry.find('bob')
  const { checks, ok } = await alice.diagnose(bob, signal)
  expect(ok).toBe(false)
  const tried = checks.filter(({ name }) => bob.addresses.includes(name))
  expect(tried.map(({ state }) => state)).toEqual(bob.addresses.map(() => 'warning'))
  expect(checks.at(-1)).toMatchObject({ name: 'connection', state: 'error', fix: 'on bob: spacedrive network start' })
})

test('networking that is off is said first, with the command', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const alice = network.device('alice').core.network
  const known = alice.registry.find('bob')
  await alice.stop()
  expect((await alice.diagnose(known, signal)).checks[0]).toMatchObject({
    name: 'networking',
    state: 'error',
    fix: 'spacedrive network start',
  })
})

test('a relay is asked, tells the address outside, and is missed when it is gone', async () => {
  const relay = await Relay.open({ host: '127.0.0.1', port: 0, allow: null, token: 'secret', log: silentLogger })
  await using device = await createTestDevice('alice')
  const { config, network } = device.core
  await config.set('network.relay', `${relay.url}/secret`)
  await network.restart()
  await vi.waitUntil(() => network.roaming.outside !== null)
  const [port] = /\d+$/.exec(network.status().addresses[0]!)!
  expect(network.roaming.outside).toBe(`127.0.0.1:${port}`)
  const check = async () => (await network.diagnose(null, signal)).checks.find(({ name }) => name === 'relay')!
  expect(await check()).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining(`outside this device is 127.0.0.1`),
  })
  await relay.close()
  const gone = await check()
  expect(gone).toMatchObject({ state: 'error', detail: expect.stringContaining('is not reached') })
  expect(gone.detail).not.toContain('secret')
})
