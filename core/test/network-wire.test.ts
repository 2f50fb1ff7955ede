import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { LibraryId } from '../src/domain/index.ts'
import { MulticastChannel } from '../src/network/index.ts'
import { Sniffer } from '../testing/sniffer.ts'
import { createTestNetwork, untilConnected } from '../testing/test-network.ts'

const { signal } = new AbortController()
/** Long enough to be nowhere by chance, and in every piece of the file. */
const CONTENT = 'what the file says is nobody else’s business; '
const FILE = 'holiday-in-the-mountains.txt'

test('an eavesdropper on every packet reads no file byte, no name, no pairing word', async ({ skip }) => {
  await using network = await createTestNetwork(['alice-of-the-attic', 'bob-of-the-basement'], {
    paired: false,
    core: { makeLanChannel: (log) => new MulticastChannel({ log, interfaces: () => ['127.0.0.1'] }) },
  })
  const [alice, bob] = [network.device('alice-of-the-attic'), network.device('bob-of-the-basement')]
  for (const { core } of [alice, bob]) {
    await core.config.set('network.discovery', 'true')
    await vi.waitUntil(() => core.network.meeting.discovery !== null)
  }
  const { words } = await alice.core.network.pairing.generate({ autoAccept: true })
  const pairs = words
    .split(' ')
    .slice(1)
    .map((word, at) => [words.split(' ')[at]!, word] as const)
  await using sniffer = await Sniffer.open({
    'a byte of the file': CONTENT,
    'the name of the file': FILE,
    'the name of a device': 'alice-of-the-attic',
    'the name of the other device': 'bob-of-the-basement',
    'the name of a library': 'Photographs of the family',
    'the id of a device': alice.core.device.info().id,
    'a message': 'a message between the two',
    ...Object.fromEntries(pairs.map(([one, two], at) => [`words ${at + 1} and ${at + 2}`, `${one} ${two}`])),
    ...Object.fromEntries(pairs.map(([one, two], at) => [`words ${at + 1}-${at + 2}`, `${one}-${two}`])),
    'the beacon of the local network': '_spacedrive',
  })
  if (!sniffer) return skip('this machine lets nobody hear its traffic')

  await bob.core.network.pairing.join({ code: words, autoAccept: true }, signal)
  await untilConnected(alice, 1)
  await untilConnected(bob, 1)
  const [aliceId, bobId] = [alice.core.device.info().id, bob.core.device.info().id]

  alice.write(`trip/${FILE}`, CONTENT.repeat(50_000))
  alice.core.network.transfers.resolve({
    kind: 'test',
    spec: z.object({}),
    resolve: async () => ({
      roots: [{ path: Buffer.from(alice.path('trip')), name: Buffer.from('trip') }],
      title: 'trip',
    }),
  })
  mkdirSync(bob.path('received'))
  const transfer = { kind: 'test', spec: {}, title: 'trip', folder: bob.path('received'), preserve: 'all' as const }
  const { id } = bob.core.network.transfers.start({ devices: [aliceId], ...transfer })
  expect(await bob.core.network.transfers.wait(id, signal)).toMatchObject({ state: 'completed' })
  expect(readFileSync(join(bob.path('received'), 'trip', FILE), 'utf8')).toBe(CONTENT.repeat(50_000))

  using _taken = bob.core.network.messages.onMessage('text/plain', () => {})
  const payload = new Uint8Array(Buffer.from('a message between the two'))
  await alice.core.network.messages.send(bobId, { contentType: 'text/plain', payload }, signal)

  const { id: library } = await alice.core.libraries.create({ name: 'Photographs of the family' })
  await alice.core.network.membership.share(LibraryId.parse(library), alice.core.network.registry.get(bobId)!)
  await bob.core.network.membership.join({ device: aliceId, library: 'Photographs of the family' }, signal)

  alice.core.network.grants.allow(bobId, 'browse', { everything: true })
  const folder = { path: `local://alice-of-the-attic${alice.path('trip')}`, all: false, thumbs: false }
  const listing = { ...folder, limit: 10, offset: 0, sort: 'name', reverse: false, foldersFirst: true } as const
  expect((await bob.core.sources.list(listing, null, signal)).items.map(({ name }) => name)).toEqual([FILE])

  const heard = await sniffer.found()
  expect(heard.bytes).toBeGreaterThan(CONTENT.length * 50_000)
  expect(heard.found).toEqual(['the beacon of the local network'])
})
