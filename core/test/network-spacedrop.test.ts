import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { Offer } from '../src/domain/index.ts'
import type { TestCore } from '../testing/index.ts'
import { createTestNetwork, type TestNetwork, untilConnected } from '../testing/test-network.ts'

const { signal } = new AbortController()

function offersOf(device: TestCore) {
  return device.core.network.spacedrop
}

function offer(network: TestNetwork, paths: readonly string[], sender: string | null = null): Promise<Offer> {
  const alice = network.device('alice')
  const device = { id: network.idOf('bob'), name: 'bob' }
  return offersOf(alice).send({ device, paths: paths.map((path) => alice.path(path)), sender }, signal)
}

async function setUp(options: { receive?: 'ask' | 'trusted' | 'off' } = {}) {
  const network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  const folder = bob.path('received')
  await bob.core.config.set('network.receiveFolder', folder)
  if (options.receive) await bob.core.config.set('network.receive', options.receive)
  return { network, alice, bob, folder }
}

/** From now on a device sends another file than it offers. */
function sendInstead({ core }: TestCore, path: string): void {
  core.network.transfers.resolve({
    kind: 'offer',
    spec: z.object({ id: z.uuid() }),
    resolve: async () => ({
      roots: [{ path: Buffer.from(path), name: Buffer.from('other.desktop') }],
      title: 'other',
    }),
  })
}

test('an offer is shown and accepted into a folder, and its files arrive without replacing others', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('trip/a.txt', 'one')
  alice.write('b.txt', 'new')
  const to = bob.path('chosen')
  mkdirSync(to)
  writeFileSync(join(to, 'b.txt'), 'old')

  const sent = await offer(network, ['trip', 'b.txt'], 'Alice Smith')
  expect(sent).toMatchObject({ state: 'waiting', items: 2, bytes: 6, names: ['trip', 'b.txt'], direction: 'out' })
  const [waiting] = offersOf(bob).list({ all: false })
  expect(waiting).toMatchObject({
    id: sent.id,
    direction: 'in',
    from: { id: network.idOf('alice'), name: 'alice' },
    sender: 'Alice Smith',
    items: 2,
    bytes: 6,
    state: 'waiting',
  })
  offersOf(bob).accept(sent.id, to)
  await vi.waitUntil(() => offersOf(alice).get(sent.id).state === 'completed')
  expect(offersOf(bob).get(sent.id).state).toBe('completed')
  expect(readdirSync(to).toSorted()).toEqual(['b (2).txt', 'b.txt', 'trip'])
  expect(readFileSync(join(to, 'b.txt'), 'utf8')).toBe('old')
  expect(readFileSync(join(to, 'b (2).txt'), 'utf8')).toBe('new')
  expect(readFileSync(join(to, 'trip/a.txt'), 'utf8')).toBe('one')
  expect(() => offersOf(bob).accept(sent.id, to)).toThrow('no longer waits')
})

test('files that were not offered are refused, and an invalid target folder is reported', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('holiday.jpg', 'photo')
  const other = alice.write('other.desktop', 'other')
  const sent = await offer(network, ['holiday.jpg'])
  const file = bob.write('file', 'a file')
  for (const [to, code] of [
    ['/tmp/a\0b', 'InvalidInput'],
    [file, 'AlreadyExists'],
    [`${file}/x`, 'NotFound'],
  ] as const)
    expect(() => offersOf(bob).accept(sent.id, to)).toThrow(expect.objectContaining({ code }))
  sendInstead(alice, other)
  const { transfer } = offersOf(bob).accept(sent.id, bob.path('chosen'))
  expect(await bob.core.network.transfers.wait(transfer!, signal)).toMatchObject({
    state: 'failed',
    error: {
      code: 'InvalidInput',
      message: 'the device sends other.desktop, which it did not offer; no file was stored',
    },
  })
  expect(readdirSync(bob.path('chosen'))).toEqual([])
})

test('after a restart, too, what was not offered is not taken', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('holiday.jpg', 'photo')
  const sent = await offer(network, ['holiday.jpg'])
  await alice.core.network.stop()
  const { transfer } = offersOf(bob).accept(sent.id, bob.path('chosen'))
  await bob.restart()
  sendInstead(alice, alice.write('other.desktop', 'other'))
  await alice.core.network.start()
  expect(await bob.core.network.transfers.wait(transfer!, signal)).toMatchObject({
    state: 'failed',
    error: { code: 'InvalidInput', message: expect.stringContaining('did not offer') },
  })
  expect(readdirSync(bob.path('chosen'))).toEqual([])
})

test('the other side learns of a declined offer and of a withdrawn one', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('a.txt', 'one')
  const declined = await offer(network, ['a.txt'])
  offersOf(bob).decline(declined.id)
  await vi.waitUntil(() => offersOf(alice).get(declined.id).state === 'declined')

  const withdrawn = await offer(network, ['a.txt'])
  await offersOf(alice).withdraw(withdrawn.id)
  expect(offersOf(bob).get(withdrawn.id).state).toBe('withdrawn')
  expect(offersOf(bob).list({ all: false })).toEqual([])
  expect(() => offersOf(bob).accept(withdrawn.id, null)).toThrow('no longer waits')
  // Nobody else can have it, and it is not to be had any more.
  const { id } = bob.core.network.transfers.start({
    devices: [network.idOf('alice')],
    kind: 'offer',
    spec: { id: withdrawn.id },
    title: 'again',
    folder: bob.path('.'),
    preserve: 'nothing',
  })
  expect(await bob.core.network.transfers.wait(id, signal)).toMatchObject({
    state: 'failed',
    error: { code: 'NotFound' },
  })
})

test('a trusted device is not asked about, and one that may not send is refused; so is everybody when it is off', async () => {
  const { alice, bob, folder, network } = await setUp({ receive: 'trusted' })
  await using _network = network
  alice.write('a.txt', 'one')
  const { id } = await offer(network, ['a.txt'])
  await vi.waitUntil(() => offersOf(alice).get(id).state === 'completed')
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('one')

  bob.core.network.grants.takeBack(network.idOf('alice'), 'send')
  await expect(offer(network, ['a.txt'])).rejects.toMatchObject({ code: 'NotAuthorised' })
  bob.core.network.grants.allow(network.idOf('alice'), 'send')
  await bob.core.config.set('network.receive', 'off')
  await expect(offer(network, ['a.txt'])).rejects.toThrow('network.receive')
  expect(offersOf(bob).list({ all: true })).toHaveLength(1)
})

test('one device has so many offers waiting and no more', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('a.txt', 'one')
  for (let n = 0; n < 16; n++) await offer(network, ['a.txt'])
  await expect(offer(network, ['a.txt'])).rejects.toMatchObject({ code: 'Conflict' })
  expect(offersOf(bob).list({ all: false })).toHaveLength(16)
})

test('an offer is over after its time', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('a.txt', 'one')
  const before = Date.now()
  const { expiresAt, id } = await offer(network, ['a.txt'])
  expect(Date.parse(expiresAt) - before).toBeGreaterThan(590_000)
  for (const { core } of [alice, bob]) core.network.db.run('update offers set expires_at = ? where id = ?', 1, id)
  expect(() => offersOf(bob).accept(id, null)).toThrow('expired')
  expect(offersOf(bob).list({ all: false })).toEqual([])
  expect(offersOf(alice).get(id).state).toBe('expired')
})

test('an offer outlives a restart of either side', async () => {
  const { alice, bob, folder, network } = await setUp()
  await using _network = network
  alice.write('a.txt', 'one')
  const { id } = await offer(network, ['a.txt'])
  await alice.restart()
  await bob.restart()
  await Promise.all([untilConnected(alice, 1), untilConnected(bob, 1)])
  offersOf(bob).accept(id, null)
  await vi.waitUntil(() => offersOf(alice).get(id).state === 'completed')
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('one')
})
