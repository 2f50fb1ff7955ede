import { mkdirSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { toldSentence } from '../src/network/wire/told-error.ts'
import { ops } from '../src/ops/index.ts'
import { createTestNetwork, untilConnected } from '../testing/test-network.ts'

const { signal } = new AbortController()

test('paired devices are connected, and told so', async () => {
  await using network = await createTestNetwork(['alice', 'bob', 'carol'])
  const { core } = network.device('alice')
  // The way is known soon after the connection.
  await vi.waitFor(() =>
    expect(core.network.devices()).toMatchObject([
      { name: 'bob', state: 'connected', path: 'direct' },
      { name: 'carol', state: 'connected', path: 'direct' },
    ]),
  )
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

test('two devices that restart find each other where they were', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  await alice.core.close()
  await bob.restart()
  await alice.restart()
  await network.connected()
  expect(alice.core.network.devices()).toMatchObject([{ name: 'bob', state: 'connected' }])
})

test('a revoked device is disconnected at once, and told', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  alice.core.network.revoke(network.idOf('bob'))
  expect(alice.core.network.devices()).toEqual([])
  await vi.waitUntil(() => bob.core.network.devices().length === 0)
})

test('a device is pinged, and what may be done is asked for, seen and granted', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  expect(await alice.core.network.messages.ping(network.idOf('bob'), signal)).toBeGreaterThan(0)
  const jobs = () =>
    alice.core.network.jobs.list({ device: network.idOf('bob'), library: null, status: null, limit: 10 }, signal)
  await expect(jobs()).rejects.toMatchObject({ code: 'NotAuthorised' })
  const device = { id: network.idOf('alice'), name: 'alice' }
  expect(bob.core.network.grants.list().filter(({ requestedAt }) => requestedAt !== null)).toMatchObject([
    { device, what: 'browse', allowed: false },
  ])
  const told = bob.core.events.stream({ types: ['network.grant-changed'] })
  bob.core.network.grants.allow(network.idOf('alice'), 'browse', { everything: true })
  expect((await told.next()).value).toMatchObject({ data: { device, what: 'browse', allowed: true } })
  bob.core.network.grants.takeBack(network.idOf('alice'), 'browse')
  expect((await told.next()).value).toMatchObject({ data: { device, what: 'browse', allowed: false } })
  bob.core.network.grants.allow(network.idOf('alice'), 'browse', { everything: true })
  // The jobs are there: no library is needed here.
  const input = ops['jobs.list'].input.parse({ device: 'bob' })
  expect(await ops['jobs.list'].run(input, { core: alice.core, library: null, signal })).toEqual([])
  expect(await jobs()).toEqual([])
  bob.write('a.txt')
  const heard = alice.core.events.stream({ types: ['device.job-changed'] })
  await bob.add()
  expect((await heard.next()).value).toMatchObject({ data: { deviceId: network.idOf('bob') } })
  await bob.settle()
  await vi.waitFor(async () => expect(await jobs()).toEqual(bob.library.jobs.list()))
})

test('another device sees the error code of a failed job, but no path', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  bob.core.network.grants.allow(network.idOf('alice'), 'browse', { folders: [bob.path('.')] })
  bob.write('a.txt')
  await bob.add({ watch: false })
  mkdirSync(bob.path('late'))
  const { job } = await bob.library.indexing.indexPath({ location: bob.path('late'), scope: 'recursive' })
  const failed = await bob.library.jobs.wait(job.id)
  expect(failed.error).toMatchObject({ code: 'NotFound', message: expect.stringContaining(bob.path('late')) })
  const input = { device: network.idOf('bob'), library: null, status: 'failed', limit: 10 } as const
  expect(await alice.core.network.jobs.list(input, signal)).toMatchObject([
    { id: job.id, error: { code: 'NotFound', message: toldSentence('NotFound') } },
  ])
})

test('a message reaches the handler of its type, or is refused', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  const send = (contentType: string) =>
    alice.core.network.messages.send(network.idOf('bob'), { contentType, payload: Uint8Array.of(1, 2) }, signal)
  const taken: unknown[] = []
  using _taking = bob.core.network.messages.onMessage('text/plain', ({ from, payload }) => {
    taken.push([from.name, [...payload]])
  })
  await send('text/plain')
  await expect(send('text/html')).rejects.toMatchObject({ code: 'Unsupported' })
  expect(taken).toEqual([['alice', [1, 2]]])
})

test('a device that is gone is said to be within seconds, and answers when it is back', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  const ping = () => alice.core.network.messages.ping(network.idOf('bob'), signal)
  await bob.core.close()
  await vi.waitUntil(() => alice.core.network.devices()[0]?.state === 'disconnected')
  // Dialling alone takes ten seconds to find out. A busy machine may be late once, and not each time.
  await vi.waitFor(async () => {
    const since = performance.now()
    await expect(ping()).rejects.toMatchObject({ code: 'Offline', message: expect.stringMatching(/bob|within 3 s/) })
    expect(performance.now() - since).toBeLessThan(8_000)
  })
  await bob.restart()
  await untilConnected(alice, 1)
  expect(await ping()).toBeGreaterThan(0)
})

test('networking that is off says how it is started', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const { core } = network.device('alice')
  await core.setNetworking({ enabled: false })
  expect(core.network.status()).toMatchObject({ state: 'disabled', addresses: [] })
  await expect(core.network.messages.ping(network.idOf('bob'), signal)).rejects.toThrow('spacedrive network start')
})

test('a device that is paired is listed beside those of the library', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const { core, library } = network.device('alice')
  const listed = await ops['devices.list'].run({}, { core, library, signal })
  expect(listed).toMatchObject([
    { name: 'alice', current: true, state: null },
    { id: network.idOf('bob'), name: 'bob', slug: 'bob', hardware: null, current: false, state: 'connected' },
  ])
})
