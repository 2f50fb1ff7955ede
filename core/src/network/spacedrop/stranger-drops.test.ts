import { expect, test, vi } from 'vitest'
import { VirtualClock } from '../../../testing/memory-network/index.ts'
import { DeviceId } from '../../domain/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { NetworkDb } from '../db/network-db.ts'
import type { Guest } from '../nearby/index.ts'
import { createNearbyWorld, forever, MINUTES } from '../nearby/test/world.ts'
import type { Transfers } from '../transfer/index.ts'
import { answering, askDevice } from '../wire/rpc.ts'
import { OfferBook } from './offer-book.ts'
import { newOffer, type OfferRow } from './offer-rows.ts'
import { OFFER_MS, spacedropRpc } from './protocol.ts'
import { StrangerDrops } from './stranger-drops.ts'

const own = { id: DeviceId.parse('0198c0de-0000-7000-8000-000000000001'), name: 'own' }
const offerId = '0198c0de-0000-7000-8000-000000000003'

async function createDevice(name: string, world: ReturnType<typeof createNearbyWorld>) {
  const clock = new VirtualClock()
  const db = await NetworkDb.open({ file: ':memory:', device: own.id, log: silentLogger, now: () => clock.now() })
  const states: string[] = []
  const machine = world.machine(name, {
    onGuest: (guest) => {
      guests.push(guest)
      drops.arrived(guest)
    },
    onOver: (guest) => drops.over(guest),
  })
  const guests: Guest[] = []
  const book = new OfferBook({
    db,
    clock,
    log: silentLogger,
    own: () => own,
    changed: ({ state }) => states.push(state),
    folderOf: () => null,
    comparing: (row) => drops.comparing(row),
    onEnded: ({ device }) => drops.leave(device),
  })
  const { nearby } = machine
  const drops: StrangerDrops = new StrangerDrops({
    book,
    clock,
    log: silentLogger,
    nearby,
    transfers: {} as Transfers,
    offer: async ({ bytes, device, id, items, sender }, signal) => {
      const input = { id, sender, items, bytes, names: ['a.txt'], expiresInMs: OFFER_MS }
      await askDevice(nearby, { device, rpc: spacedropRpc, verb: 'offer', input }, signal)
    },
  })
  return {
    nearby,
    book,
    clock,
    drops,
    guests,
    async [Symbol.asyncDispose]() {
      drops[Symbol.dispose]()
      await machine[Symbol.asyncDispose]()
      book[Symbol.dispose]()
      db[Symbol.dispose]()
    },
  }
}

function draft(clock: VirtualClock, { id, name }: { id: DeviceId; name: string }): OfferRow {
  return newOffer({
    id: offerId,
    direction: 'out',
    device: id,
    device_name: name,
    stranger: 1,
    sender: null,
    items: 1,
    bytes: 3,
    names: '["a.txt"]',
    roots: null,
    created_at: clock.now(),
    expires_at: clock.now() + OFFER_MS,
  })
}

test('an offer whose connection is lost before it was heard, or before that was said, is made again', async () => {
  using world = createNearbyWorld()
  await using alice = await createDevice('alice', world)
  await using bob = await createDevice('bob', world)
  // Each time the connection is lost: first before the offer is taken, then before its answer has left.
  let times = 0
  bob.nearby.handle(
    answering(spacedropRpc, {
      offer: async ({ bytes, id, items, names, sender }, peer) => {
        times++
        if (times === 1) world.network.drop('alice-2', 'bob-1')
        const expires = bob.clock.now() + OFFER_MS
        if (times > 1)
          bob.drops.offered({ id, sender, items, bytes, names: JSON.stringify(names), expires_at: expires }, peer)
        if (times === 2) world.network.drop('alice-2', 'bob-1')
        return { state: 'waiting' as const }
      },
      answer: async () => ({}),
      withdraw: async () => ({}),
    }),
  )
  await bob.nearby.show(10 * MINUTES)
  await alice.drops.meet('bob', (device) => draft(alice.clock, device), forever())
  await vi.waitUntil(() => bob.guests.length === 1, { interval: 5 })
  const number = alice.drops.comparing(alice.book.find(offerId))!.number
  for (const { drops } of [alice, bob]) drops.confirm(offerId, number)
  for (const heard of [2, 3]) {
    // The next attempt waits for its time, the connection for its own.
    await vi.waitUntil(() => alice.nearby.connected().length === 1 && alice.clock.untilNext()! < 10_000, {
      interval: 5,
    })
    alice.clock.step()
    await vi.waitUntil(() => times === heard, { interval: 5 })
  }
  await vi.waitUntil(() => bob.book.find(offerId).state === 'waiting', { interval: 5 })
  expect(alice.book.find(offerId)).toMatchObject({ state: 'waiting', reason: null })
  expect(bob.book.find(offerId)).toMatchObject({ names: '["a.txt"]', bytes: 3 })
})
