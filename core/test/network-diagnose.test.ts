import { expect, test, vi } from 'vitest'
import { createTestNetwork } from '../testing/test-network.ts'

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
  expect(checks.at(-1)).toMatchObject({ name: 'connection', state: 'error', fix: 'on bob: `spacedrive network start`' })
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
