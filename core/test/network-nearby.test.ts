import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { LanChannel } from '../src/network/index.ts'
import type { TestCore } from '../testing/index.ts'
import { createTestNetwork } from '../testing/test-network.ts'

// Two engines that are not paired, on one local network in memory, with real Iroh and real files.

const { signal } = new AbortController()

async function setUp() {
  const lan = createLan()
  const network = await createTestNetwork(['alice', 'bob'], { paired: false, core: { makeLanChannel: lan.join } })
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  for (const { core } of network.devices) {
    await core.network.stop()
    await core.config.set('network.discovery', 'true')
    await core.network.start()
  }
  await bob.core.config.set('network.receiveFolder', bob.path('received'))
  return { network, alice, bob }
}

function offersOf({ core }: TestCore) {
  return core.network.spacedrop
}

/** Offers files to whoever is seen under a name, as far as the number on both sides. */
async function begin(from: TestCore, to: TestCore, paths: readonly string[]) {
  await to.core.network.nearby.show(60_000)
  const { key } = to.core.network.nearby.advert()!
  await vi.waitUntil(() => from.core.network.nearby.devices().some((each) => each.key === key))
  const sent = await offersOf(from).sendNearby(
    { device: 'bob', paths: paths.map((path) => from.path(path)), sender: null },
    signal,
  )
  const offer = await vi.waitUntil(() => offersOf(to).list({ all: false })[0])
  return { sent, offer }
}

async function agree(from: TestCore, to: TestCore, id: string): Promise<void> {
  for (const device of [from, to]) offersOf(device).confirm(id, offersOf(device).get(id).number!)
  await vi.waitUntil(() => offersOf(to).get(id).state === 'waiting')
}

test('files go to a device that is not paired, once both numbers were compared and it has accepted', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('trip/a.txt', 'one')
  alice.write('b.txt', 'new')
  const { offer, sent } = await begin(alice, bob, ['trip', 'b.txt'])
  expect(sent).toMatchObject({ state: 'comparing', direction: 'out', isStranger: true, to: { name: 'bob' } })
  // Before the numbers were compared nothing is told: neither names nor sizes.
  expect(offer).toMatchObject({
    id: sent.id,
    state: 'comparing',
    from: { name: 'alice' },
    items: 0,
    bytes: 0,
    names: [],
  })
  expect(offer.number).toBe(sent.number)
  expect(() => offersOf(bob).accept(offer.id, null)).toThrow('compared first')
  expect(offersOf(bob).confirm(offer.id, offer.number!)).toMatchObject({ state: 'comparing', confirmed: true })

  offersOf(alice).confirm(sent.id, sent.number!)
  await vi.waitUntil(() => offersOf(bob).get(offer.id).state === 'waiting')
  expect(offersOf(bob).get(offer.id)).toMatchObject({ items: 2, bytes: 6, names: ['trip', 'b.txt'], number: null })
  const to = bob.path('chosen')
  mkdirSync(to)
  writeFileSync(join(to, 'b.txt'), 'old')
  offersOf(bob).accept(offer.id, to)
  await vi.waitUntil(() => offersOf(alice).get(offer.id).state === 'completed')
  expect(readdirSync(to).toSorted()).toEqual(['b (2).txt', 'b.txt', 'trip'])
  expect(readFileSync(join(to, 'b.txt'), 'utf8')).toBe('old')
  expect(readFileSync(join(to, 'trip/a.txt'), 'utf8')).toBe('one')

  // Nothing of it is a pairing, and the connection goes.
  for (const { core } of network.devices) {
    expect(core.network.registry.list()).toEqual([])
    expect(core.network.db.all('select * from discovery_secrets')).toEqual([])
    await vi.waitUntil(() => core.network.nearby.connected().length === 0)
  }
})

test('if one user says that the numbers differ, the meeting ends on both sides and no file name was sent', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('secret.txt', 'one')
  const { offer, sent } = await begin(alice, bob, ['secret.txt'])
  offersOf(alice).confirm(sent.id, sent.number!)
  offersOf(bob).decline(offer.id)
  await vi.waitUntil(() => offersOf(alice).get(sent.id).state === 'declined')
  expect(offersOf(bob).get(offer.id)).toMatchObject({ state: 'declined', names: [], items: 0 })

  const { offer: again, sent: withdrawn } = await begin(alice, bob, ['secret.txt'])
  await offersOf(alice).withdraw(withdrawn.id)
  await vi.waitUntil(() => offersOf(bob).get(again.id).state === 'withdrawn')
})

test('what was offered can be declined, and is not to be had then', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('a.txt', 'one')
  const { sent } = await begin(alice, bob, ['a.txt'])
  await agree(alice, bob, sent.id)
  offersOf(bob).decline(sent.id)
  await vi.waitUntil(() => offersOf(alice).get(sent.id).state === 'declined')
  expect(existsSync(bob.path('received'))).toBe(false)
})

test('a stranger that was let in has what was offered, and nothing else of this device', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('a.txt', 'one')
  const { offer, sent } = await begin(alice, bob, ['a.txt'])
  await agree(alice, bob, sent.id)
  const device = offersOf(bob).get(offer.id).from.id
  const asked = ['paths', 'content', 'sidecars'].map(async (kind) => {
    const spec = { paths: [alice.path('a.txt')] }
    const title = 'what was not offered'
    const { id } = bob.core.network.transfers.start({
      devices: [device],
      kind,
      spec,
      title,
      folder: bob.path('.'),
      preserve: 'nothing',
    })
    return bob.core.network.transfers.wait(id, signal)
  })
  for (const { error } of await Promise.all(asked)) expect(['NotAuthorised', 'Unsupported']).toContain(error?.code)
  const peer = bob.core.network.nearby.get(device)!
  const browse = { name: 'browse', version: 1, maxFrameBytes: 1_024, maxStreams: 1 }
  const stream = await peer.open(browse, signal)
  await expect(stream.receive(z.unknown())).rejects.toMatchObject({ code: 'Unsupported' })
})

test('more than was offered is not taken from a stranger', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('a.txt', 'one')
  const { sent } = await begin(alice, bob, ['a.txt'])
  await agree(alice, bob, sent.id)
  alice.write('a.txt', 'a thousand times as much')
  offersOf(bob).accept(sent.id, null)
  await vi.waitUntil(() => offersOf(bob).get(sent.id).state === 'failed')
  expect(offersOf(bob).get(sent.id).reason).toContain('more data than the offer')
  expect(readdirSync(bob.path('received'))).toEqual([])
})

test('a name that would turn text around is told as it is, and a file of it comes under a safe name', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  await alice.core.renameDevice('al\u202eice')
  alice.write('photo\u202egpj.exe', 'one')
  const { offer, sent } = await begin(alice, bob, ['photo\u202egpj.exe'])
  expect(offer.from.name).toBe('al\u202eice')
  await agree(alice, bob, sent.id)
  expect(offersOf(bob).get(sent.id).names).toEqual(['photo\u202egpj.exe'])
  offersOf(bob).accept(sent.id, null)
  await vi.waitUntil(() => offersOf(alice).get(sent.id).state === 'completed')
  expect(readdirSync(bob.path('received'))).toHaveLength(1)
})

test('a device at which receiving is turned off is not seen any more', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  const { nearby } = bob.core.network
  await nearby.show(60_000)
  await vi.waitUntil(() => alice.core.network.nearby.devices().length === 1)
  await bob.core.config.set('network.receive', 'trusted')
  expect(nearby.advert()).not.toBeNull()
  await bob.core.config.set('network.receive', 'off')
  await vi.waitUntil(() => nearby.advert() === null)
  await vi.waitUntil(() => alice.core.network.nearby.devices().length === 0)
  await expect(nearby.show(60_000)).rejects.toMatchObject({ code: 'Conflict' })
})

test('a restart, or networking that stops, ends what there was with strangers, in words', async () => {
  const { alice, bob, network } = await setUp()
  await using _network = network
  alice.write('a.txt', 'one')
  const { sent } = await begin(alice, bob, ['a.txt'])
  await agree(alice, bob, sent.id)
  await alice.core.network.stop()
  expect(offersOf(alice).get(sent.id)).toMatchObject({ state: 'failed', reason: 'networking was stopped' })
  await vi.waitUntil(() => offersOf(bob).get(sent.id).state === 'failed')

  await alice.core.network.start()
  const { sent: other } = await begin(alice, bob, ['a.txt'])
  await agree(alice, bob, other.id)
  await bob.restart()
  expect(offersOf(bob).get(other.id)).toMatchObject({ state: 'failed' })
  expect(() => offersOf(bob).accept(other.id, null)).toThrow('no longer waits')
})

/** A local network on which everyone hears everything. */
function createLan() {
  const listeners = new Set<Parameters<LanChannel['listen']>[0]>()
  return {
    join: (): LanChannel => {
      let own: Parameters<LanChannel['listen']>[0] | null = null
      return {
        tell: (records) => {
          for (const texts of records)
            for (const each of listeners)
              each.heard({ texts: texts.map((text) => Buffer.from(text)), source: '127.0.0.1' })
        },
        ask: () => {
          for (const each of listeners) if (each !== own) each.asked()
        },
        listen: (all) => {
          own = all
          listeners.add(all)
        },
        problem: () => null,
        [Symbol.asyncDispose]: async () => void (own && listeners.delete(own)),
      }
    },
  }
}
