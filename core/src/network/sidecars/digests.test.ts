import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../testing/memory-network/random.ts'
import { DeviceId, LibraryId } from '../../domain/index.ts'
import { type AvailabilityRead, ID_BYTES, RECORD_BYTES } from '../../sidecars/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { blobToUuid } from '../../util/uuid.ts'
import type { ContentId } from '../../domain/index.ts'
import { NetworkDb } from '../db/network-db.ts'
import { makeFilter, mayHave } from './filter.ts'
import { Inventory } from './inventory.ts'
import { PeerAvailability } from './peer-availability.ts'
import { MAX_EXACT } from './protocol.ts'
import { applyRecords, assertSorted, diffRecords, findRecord } from './records.ts'

const of = { kind: 'thumb', variant: 'grid@2x', format: 'webp' } as const
const RUNS = 200

function record(n: number, size = n): Buffer {
  const id = createHash('sha256').update(`content ${n}`).digest().subarray(0, ID_BYTES)
  const rest = Buffer.alloc(RECORD_BYTES - ID_BYTES)
  rest.writeUInt32BE(size)
  return Buffer.concat([id, rest])
}

function sorted(records: readonly Buffer[]): Buffer {
  return Buffer.concat(records.toSorted(Buffer.compare))
}

/** All that there is now. */
function all(records: Buffer): AvailabilityRead {
  return { mark: 0, full: true, groups: [{ ...of, records, gone: new Uint8Array() }] }
}

/** An update about the contents in `looked`: present if they are in `has`, else gone. */
function changed(has: readonly number[], looked: readonly number[]): AvailabilityRead {
  const records = sorted(looked.filter((n) => has.includes(n)).map((n) => record(n)))
  const gone = sorted(looked.filter((n) => !has.includes(n)).map((n) => record(n).subarray(0, ID_BYTES)))
  return { mark: 1, full: false, groups: [{ ...of, records, gone }] }
}

function keyOf(n: number) {
  return { ...of, contentId: blobToUuid(record(n).subarray(0, ID_BYTES)) as ContentId }
}

const library = LibraryId.parse('0198c0de-0000-7000-8000-000000000001')
const device = DeviceId.parse('0198c0de-0000-7000-8000-000000000002')

async function database() {
  const db = await NetworkDb.open({ file: ':memory:', device, log: silentLogger, now: () => 0 })
  db.run(
    `insert into devices(device, key, name, slug, os, capabilities, paired_at, addresses, blocked)
     values (?, ?, 'bob', 'bob', 'linux', '{}', 0, '[]', 0)`,
    device,
    'ab'.repeat(32),
  )
  return db
}

test('whatever changes, the difference makes the one of the other', () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = seededRandom(seed)
    const some = () =>
      sorted(
        Array.from({ length: 30 }, (_, n) => n).flatMap((n) =>
          random() < 0.5 ? [record(n, random() < 0.5 ? 1 : 2)] : [],
        ),
      )
    const [before, after] = [some(), some()]
    expect(applyRecords(before, diffRecords(before, after)), `seed ${seed}`).toEqual(after)
  }
})

test('a device that asks now and then knows what another one has, whether it was told all or what has changed', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed)
    using db = await database()
    let own = new Inventory()
    let availability = new PeerAvailability(db)
    let has: number[] = []
    for (let step = 0; step < 100; step++) {
      has = Array.from({ length: 40 }, (_, n) => n).filter((n) => (random() < 0.9 ? has.includes(n) : random() < 0.5))
      // The other device was started anew.
      if (random() < 0.05) own = new Inventory()
      // The digest is read completely or as changes: either way it may list more sidecars than the device has.
      if (own.mark === null || random() < 0.3) own.take(all(sorted(has.map((n) => record(n)))))
      else
        own.take(
          changed(
            has,
            Array.from({ length: 40 }, (_, n) => n),
          ),
        )
      if (random() < 0.5) continue
      // Also after a restart, and after one that came before it was written down.
      if (random() < 0.5) availability.save()
      if (random() < 0.1) availability = new PeerAvailability(db)
      availability.take(library, device, { digest: own.digest(availability.since(library, device)), now: step })
      const known = (each: PeerAvailability) =>
        Array.from({ length: 40 }, (_, n) => n).filter((n) => each.find(library, device, keyOf(n)) !== null)
      expect(known(availability), `seed ${seed}, step ${step}`).toEqual(has)
    }
  }
})

test('who is up to date is told nothing, who has fallen far behind all', () => {
  const own = new Inventory()
  own.take(all(sorted([record(1)])))
  const first = own.digest(null)
  expect(first).toMatchObject({ full: true, version: 1, groups: [{ form: 'records', count: 1 }] })
  expect(own.digest(first)).toMatchObject({ full: false, groups: [] })
  for (let n = 2; n < 100; n++) own.take(all(sorted([record(1), record(n)])))
  expect(own.digest(first)).toMatchObject({ full: true })
  expect(own.digest({ epoch: '0'.repeat(16), version: 99 })).toMatchObject({ full: true })
  expect(own.digest({ epoch: first.epoch, version: 1_000 })).toMatchObject({ full: true })
})

/** One more than are told exactly. */
function tooMany(): Buffer {
  const bytes = Buffer.alloc((MAX_EXACT + 1) * RECORD_BYTES)
  for (let n = 0; n <= MAX_EXACT; n++) {
    // Ids in ascending order whose bytes are spread like those of a hash.
    bytes.writeUInt32BE(n * 17_000, n * RECORD_BYTES)
    bytes.writeUInt32BE(Math.imul(n, 2_654_435_761) >>> 0, n * RECORD_BYTES + 12)
  }
  return bytes
}

test('of very many only a filter is told: it has all of them, and few others', async () => {
  const own = new Inventory()
  const bytes = tooMany()
  own.take(all(bytes))
  const digest = own.digest(null)
  expect(digest.groups).toMatchObject([{ form: 'filter', count: MAX_EXACT + 1 }])
  const filter = digest.groups[0]!.bytes
  expect(filter.length).toBeLessThan(MAX_EXACT * 2)
  for (let n = 0; n < 1_000; n++)
    expect(mayHave(filter, bytes.subarray(n * RECORD_BYTES, n * RECORD_BYTES + ID_BYTES))).toBe(true)
  const wrong = Array.from({ length: 10_000 }, (_, n) => n).filter((n) =>
    mayHave(filter, record(n).subarray(0, ID_BYTES)),
  )
  expect(wrong.length).toBeLessThan(300)
  using db = await database()
  const availability = new PeerAvailability(db)
  availability.take(library, device, { digest, now: 0 })
  expect(availability.since(library, device)).toEqual({ epoch: digest.epoch, version: 1 })
  expect(mayHave(new Uint8Array(), record(1))).toBe(false)
  expect(makeFilter(new Uint8Array(), RECORD_BYTES)).toHaveLength(0)
})

test('who knows a filter is told all once they are few enough to be told exactly, and the other way round', async () => {
  const own = new Inventory()
  const bytes = tooMany()
  using db = await database()
  const availability = new PeerAvailability(db)
  const contentId = blobToUuid(bytes.subarray(0, ID_BYTES)) as ContentId
  const heard = () => {
    availability.take(library, device, { digest: own.digest(availability.since(library, device)), now: 0 })
    return availability.find(library, device, { ...of, contentId })
  }
  own.take(all(bytes))
  expect(heard()).toEqual({ size: null, isLikely: true })
  own.take(all(bytes.subarray(0, -RECORD_BYTES)))
  expect(heard()).toEqual({ size: 0, isLikely: false })
  own.take(all(bytes))
  expect(heard()).toEqual({ size: null, isLikely: true })
})

test('an unsorted or cut-off digest is refused', () => {
  const records = sorted([record(1), record(2)])
  expect(() => assertSorted(records, RECORD_BYTES)).not.toThrow()
  expect(() => assertSorted(Buffer.concat([record(1), record(1)]), RECORD_BYTES)).toThrow('unsorted')
  expect(() => assertSorted(records.subarray(1), RECORD_BYTES)).toThrow('cut off')
  expect(findRecord(records, record(3).subarray(0, ID_BYTES))).toBe(null)
})

test('what was not there is not asked for again until the device says anew what it has', async () => {
  using db = await database()
  const own = new Inventory()
  own.take(all(sorted([record(1)])))
  const availability = new PeerAvailability(db)
  availability.take(library, device, { digest: own.digest(null), now: 0 })
  availability.lacks(library, device, keyOf(1))
  expect(availability.find(library, device, keyOf(1))).toBe(null)
  availability.take(library, device, { digest: own.digest(availability.since(library, device)), now: 1 })
  expect(availability.find(library, device, keyOf(1))).toEqual({ size: 1, isLikely: false })
  availability.forget(device)
  expect(availability.devices(library)).toEqual([])
  expect(new PeerAvailability(db).devices(library)).toEqual([])
})

test('what could not be written down, as on a full disk, is written down the next time', async () => {
  using db = await database()
  const own = new Inventory()
  own.take(all(sorted([record(1)])))
  const availability = new PeerAvailability(db)
  availability.take(library, device, { digest: own.digest(null), now: 0 })
  db.all('pragma query_only = 1')
  expect(() => availability.save()).toThrow('cannot be written')
  db.all('pragma query_only = 0')
  expect(new PeerAvailability(db).devices(library)).toEqual([])
  availability.save()
  expect(new PeerAvailability(db).find(library, device, keyOf(1))).toEqual({ size: 1, isLikely: false })
})
