import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { DeviceId, LibraryId, PeerKey } from '../src/domain/index.ts'
import type { TestCore } from '../testing/index.ts'
import { peerKeyOf, signWith } from '../src/network/identity/ed25519.ts'
import { membership as membershipRpc } from '../src/network/membership/protocol.ts'
import { type Statement, signedBytes, type Unsigned } from '../src/network/membership/statement.ts'
import { unshareLibrary } from '../src/ops/membership.ts'
import { askDevice } from '../src/network/wire/rpc.ts'
import { createTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const { signal } = new AbortController()

/** Alice's library `Photos`, which Bob has joined. */
async function shared(network: TestNetwork): Promise<LibraryId> {
  const [alice, bob] = [network.device('alice').core, network.device('bob').core]
  const { id } = await alice.libraries.create({ name: 'Photos' })
  await alice.network.membership.share(LibraryId.parse(id), alice.network.registry.find('bob'))
  await bob.network.membership.join({ device: network.idOf('alice'), library: 'Photos' }, signal)
  return LibraryId.parse(id)
}

async function remove(core: TestCore['core'], { library, name }: { library: LibraryId; name: string }): Promise<void> {
  const device = core.network.registry.find(name)
  await core.network.membership.remove(library, device, [device.key])
}

function names({ core }: TestCore, library: LibraryId): string[] {
  return core.network.membership.members(library).map(({ device }) => device.name)
}

test('a library that is shared is joined under its id and name, and both know who its members are', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  const { id } = await alice.core.libraries.create({ name: 'Photos' })
  const library = LibraryId.parse(id)
  const join = () => bob.core.network.membership.join({ device: network.idOf('alice'), library: 'Photos' }, signal)
  await expect(join()).rejects.toMatchObject({ code: 'NotFound' })
  await alice.core.network.membership.share(library, alice.core.network.registry.find('bob'))
  await vi.waitFor(() => expect(bob.core.network.membership.invitations()).toMatchObject([{ library, name: 'Photos' }]))
  const sent = () => alice.core.network.membership.sentInvitations()
  expect(sent()).toMatchObject([{ device: network.idOf('bob'), library, name: 'Photos' }])
  expect(alice.core.network.membership.isMember(library, network.idOf('bob'))).toBe(false)
  const joined = await join()
  expect(joined).toMatchObject({ id, name: 'Photos' })
  expect(bob.core.libraries.list().map(({ name }) => name)).toEqual(['Test', 'Photos'])
  expect(bob.core.network.membership.invitations()).toEqual([])
  expect(sent()).toEqual([])
  for (const [device, other] of [
    [alice, 'bob'],
    [bob, 'alice'],
  ] as const) {
    expect(names(device, library)).toEqual(['alice', 'bob'])
    expect(device.core.network.membership.sharedWith(network.idOf(other))).toEqual([id])
  }
  expect(await bob.core.network.messages.libraries(network.idOf('alice'), signal)).toEqual([{ id, name: 'Photos' }])
})

test('a device that leaves while the others are offline is no longer a member, and they learn it when they meet', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  const library = await shared(network)
  await bob.core.network.stop()
  await bob.core.network.membership.leave(library)
  expect(names(bob, library)).toEqual(['alice'])
  await bob.core.network.start()
  await vi.waitFor(() => expect(names(alice, library)).toEqual(['alice']))
})

test('a removed member is told, loses all access, and can be invited again', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  const library = await shared(network)
  await remove(alice.core, { library, name: 'bob' })
  expect(alice.core.network.membership.isMember(library, network.idOf('bob'))).toBe(false)
  await vi.waitFor(() => expect(names(bob, library)).toEqual(['alice']))
  expect(await bob.core.network.messages.libraries(network.idOf('alice'), signal)).toEqual([])
  await expect(
    bob.core.network.membership.share(library, bob.core.network.registry.find('alice')),
  ).rejects.toMatchObject({ code: 'NotAuthorised' })
  await alice.core.network.membership.share(library, alice.core.network.registry.find('bob'))
  await bob.core.network.membership.join({ device: network.idOf('alice'), library }, signal)
  expect(names(bob, library)).toEqual(['alice', 'bob'])
})

test('a revoked pairing ends it at once, and a third device learns nothing of the library', async () => {
  await using network = await createTestNetwork(['alice', 'bob', 'carol'])
  const [alice, carol] = [network.device('alice'), network.device('carol')]
  const library = await shared(network)
  expect(await carol.core.network.messages.libraries(network.idOf('alice'), signal)).toEqual([])
  await expect(
    carol.core.network.membership.join({ device: network.idOf('alice'), library }, signal),
  ).rejects.toMatchObject({ code: 'NotFound', message: expect.not.stringContaining('Photos') })
  expect(carol.core.network.membership.invitations()).toEqual([])
  alice.core.network.revoke(network.idOf('bob'))
  expect(alice.core.network.membership.isMember(library, network.idOf('bob'))).toBe(false)
  expect(alice.core.network.membership.sharedWith(network.idOf('bob'))).toEqual([])
  // The other members hear of it from the list.
  await vi.waitFor(() => expect(names(alice, library)).toEqual(['alice']))
})

test('a member list that was changed by hand is set aside, and the library is no longer shared', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const bob = network.device('bob')
  const library = await shared(network)
  const file = path.join(bob.core.libraries.resolve(library).path, 'members.json')
  const text = readFileSync(file, 'utf8')
  await bob.core.libraries.close(library)
  writeFileSync(file, text.replaceAll('"name":"alice"', '"name":"mallory"'))
  await bob.core.libraries.switchTo(library)
  expect(names(bob, library)).toEqual([])
  expect(existsSync(file)).toBe(false)
  await bob.core.network.membership.join({ device: network.idOf('alice'), library }, signal)
  expect(names(bob, library)).toEqual(['alice', 'bob'])
})

test('libraries of paired devices are joined without asking if the setting allows it', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  await bob.core.config.set('network.joinLibraries', 'true')
  await network.connected()
  const { id } = await alice.core.libraries.create({ name: 'Photos' })
  await alice.core.network.membership.share(LibraryId.parse(id), alice.core.network.registry.find('bob'))
  await vi.waitFor(() => expect(names(bob, LibraryId.parse(id))).toEqual(['alice', 'bob']))
})

test('a device that was removed pushes nothing more into the list of members', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice').core, network.device('bob').core]
  const library = await shared(network)
  const folder = alice.libraries.opened().find(({ id }) => id === library)!
  const file = path.join(folder.path, 'members.json')
  await remove(alice, { library, name: 'bob' })
  await vi.waitFor(() => expect(names(network.device('bob'), library)).toEqual(['alice']))
  const before = readFileSync(file, 'utf8')
  const { key } = bob.network.card()
  const statements: Statement[] = []
  for (let n = 0; n < 998; n++) {
    const unsigned = {
      kind: 'add' as const,
      library,
      device: DeviceId.parse(`0198c0de-0000-7000-8000-${n.toString(16).padStart(12, '0')}`),
      key: PeerKey.parse(n.toString(16).padStart(64, '0')),
      name: `invented ${n}`,
      by: key,
      counter: n < 500 ? 3 : 4 + n,
      at: n,
      kept: [],
    }
    const signature = Buffer.from(await bob.network.sign(signedBytes(unsigned))).toString('hex')
    statements.push({ ...unsigned, signature })
  }
  const push = {
    device: network.idOf('alice'),
    rpc: membershipRpc,
    verb: 'push',
    input: { library, statements },
  } as const
  expect(await askDevice(bob.network.sessions, push, signal)).toEqual({})
  expect(readFileSync(file, 'utf8')).toBe(before)
  await alice.network.membership.share(library, alice.network.registry.find('bob'))
  await bob.network.membership.join({ device: network.idOf('alice'), library: 'Photos' }, signal)
  expect(names(network.device('alice'), library)).toEqual(['alice', 'bob'])
})

/** A device that exists only in the statements of Bob. He has its key. */
function invented(n: number) {
  const seed = createHash('sha256').update(`invented ${n}`).digest()
  return { seed, key: peerKeyOf(seed) }
}

/** Bob's device sends a statement that its own program would not make. */
async function bobSays(
  network: TestNetwork,
  {
    library,
    seed,
    to = 'alice',
    ...said
  }: Pick<Unsigned, 'counter' | 'device' | 'key' | 'kind' | 'library'> & { seed?: Uint8Array; to?: string },
): Promise<void> {
  const bob = network.device('bob').core
  const by = seed ? peerKeyOf(seed) : bob.network.card().key
  const unsigned = { ...said, library, name: 'a name', by, at: 0, kept: [] }
  const signature = seed ? signWith(seed, signedBytes(unsigned)) : await bob.network.sign(signedBytes(unsigned))
  const statement = { ...unsigned, signature: Buffer.from(signature).toString('hex') }
  const input = { library, statements: [statement] }
  const push = { device: network.idOf(to), rpc: membershipRpc, verb: 'push', input } as const
  await askDevice(bob.network.sessions, push, signal)
}

test('a member is removed although it has added more keys with its own id than one device can remove', async () => {
  await using network = await createTestNetwork(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = [network.device('alice'), network.device('bob'), network.device('carol')]
  const library = await shared(network)
  await alice.core.network.membership.share(library, alice.core.network.registry.find('carol'))
  await carol.core.network.membership.join({ device: network.idOf('alice'), library: 'Photos' }, signal)
  const by = bob.core.network.card().key
  const said = { library, device: network.idOf('bob'), name: 'bob', by, at: 0, kept: [] }
  const statements: Statement[] = []
  for (let n = 0; n < 100; n++) {
    const unsigned: Unsigned = { ...said, kind: 'add', key: invented(n).key, counter: 4 + n }
    const signature = Buffer.from(await bob.core.network.sign(signedBytes(unsigned))).toString('hex')
    statements.push({ ...unsigned, signature })
  }
  const push = { device: network.idOf('carol'), rpc: membershipRpc, verb: 'push' } as const
  await askDevice(bob.core.network.sessions, { ...push, input: { library, statements } }, signal)
  await vi.waitUntil(() => names(alice, library).length === 103)
  const unshare = (core: TestCore['core']) => unshareLibrary.run({ library, device: 'bob' }, { core, signal })
  await expect(unshare(carol.core)).rejects.toMatchObject({ code: 'Conflict' })
  expect(carol.core.network.membership.isMember(library, network.idOf('bob'))).toBe(false)
  expect(names(carol, library)).toEqual(['alice', 'carol', 'bob'])
  await vi.waitUntil(() => names(alice, library).length === 3)
  // The device that shared the library first has room for all.
  await unshare(alice.core)
  expect(names(alice, library)).toEqual(['alice', 'carol'])
})

/** The statements on a device's disk. */
function statementsOf({ core }: TestCore, library: LibraryId): readonly Statement[] {
  const file = path.join(core.libraries.resolve(library).path, 'members.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { statements: Statement[] }).statements
}

test('a device that was removed is not let in again by what it tells a member that was away', async () => {
  await using network = await createTestNetwork(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => network.device(name)) as [
    TestCore,
    TestCore,
    TestCore,
  ]
  const library = await shared(network)
  await alice.core.network.membership.share(library, alice.core.network.registry.find('carol'))
  await carol.core.network.membership.join({ device: network.idOf('alice'), library: 'Photos' }, signal)
  const { key, seed } = invented(0)
  const device = DeviceId.parse('0198c0de-0000-7000-8000-000000000009')
  await bobSays(network, { library, kind: 'add', device, key, counter: 4 })
  await vi.waitFor(() => expect(names(carol, library)).toContain('a name'))
  for (const each of [bob, carol]) await each.core.network.stop()
  await remove(alice.core, { library, name: 'bob' })
  await alice.core.network.stop()
  // For Carol, Bob is still a member.
  for (const each of [bob, carol]) await each.core.network.start()
  const about = { library, seed, device: network.idOf('bob'), key: bob.core.network.card().key }
  await bobSays(network, { ...about, to: 'carol', kind: 'add', counter: 12 })
  expect(statementsOf(carol, library).map(({ by }) => by)).toContain(key)
  await bob.core.network.stop()
  await alice.core.network.start()
  await vi.waitFor(() => {
    expect(statementsOf(carol, library)).toHaveLength(6)
    expect(statementsOf(alice, library)).toEqual(statementsOf(carol, library))
  })
  for (const each of [alice, carol]) {
    // A list takes effect when its file is on the disk.
    await vi.waitFor(() => expect(names(each, library).toSorted()).toEqual(['a name', 'alice', 'carol']))
    expect(each.core.network.membership.isMember(library, network.idOf('bob'))).toBe(false)
  }
})

test('a device that came through a removed one cannot let it in again, and is told who can', async () => {
  await using network = await createTestNetwork(['alice', 'bob', 'carol'])
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => network.device(name)) as [
    TestCore,
    TestCore,
    TestCore,
  ]
  const library = await shared(network)
  await bob.core.network.membership.share(library, bob.core.network.registry.find('carol'))
  await carol.core.network.membership.join({ device: network.idOf('bob'), library: 'Photos' }, signal)
  // Alice hears of Carol from Bob, who tells her nothing any more once he is removed.
  await vi.waitFor(() => expect(names(alice, library)).toContain('carol'))
  await remove(alice.core, { library, name: 'bob' })
  await vi.waitFor(() => expect(names(carol, library)).toEqual(['alice', 'carol']))
  const share = carol.core.network.membership.share(library, carol.core.network.registry.find('bob'))
  await expect(share).rejects.toMatchObject({
    code: 'NotAuthorised',
    message: expect.stringContaining('share Photos with bob from alice'),
  })
  await alice.core.network.membership.share(library, alice.core.network.registry.find('bob'))
  await bob.core.network.membership.join({ device: network.idOf('alice'), library: 'Photos' }, signal)
  await vi.waitFor(() => expect(names(carol, library)).toContain('bob'))
})

test('a device that was removed is not let in again by devices that it invented', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice').core, network.device('bob').core]
  const library = await shared(network)
  const { key, seed } = invented(0)
  const device = DeviceId.parse('0198c0de-0000-7000-8000-000000000009')
  await bobSays(network, { library, kind: 'add', device, key, counter: 3 })
  await remove(alice, { library, name: 'bob' })
  await vi.waitFor(() => expect(names(network.device('bob'), library)).not.toContain('bob'))
  const about = { library, seed, device: network.idOf('bob'), key: bob.network.card().key }
  await bobSays(network, { ...about, kind: 'add', counter: 5 })
  expect(alice.network.membership.isMember(library, network.idOf('bob'))).toBe(false)
})

test('a member that claims to be another device is removed by its name, and so is one that claims to be the first', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const alice = network.device('alice')
  const library = await shared(network)
  await bobSays(network, { library, kind: 'add', device: network.idOf('alice'), key: invented(0).key, counter: 3 })
  expect(names(alice, library)).toEqual(['alice', 'bob', 'a name'])
  for (const device of ['a name', 'bob']) await unshareLibrary.run({ library, device }, { core: alice.core, signal })
  expect(names(alice, library)).toEqual(['alice'])
})

test('a device that has left becomes a member again only by joining, whichever member adds it', async () => {
  await using network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  const library = await shared(network)
  // Alice made the library; she leaves it to Bob.
  await alice.core.network.membership.leave(library)
  await vi.waitFor(() => expect(names(bob, library)).toEqual(['bob']))
  const about = { library, device: network.idOf('alice'), key: alice.core.network.card().key }
  await bobSays(network, { ...about, kind: 'add', counter: 4 })
  expect(names(alice, library)).toEqual(['bob'])
  await bob.core.network.membership.share(library, bob.core.network.registry.find('alice'))
  await alice.core.network.membership.join({ device: network.idOf('bob'), library }, signal)
  expect(names(alice, library)).toEqual(['bob', 'alice'])
})
