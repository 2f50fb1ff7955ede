import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { VirtualClock } from '../../../testing/memory-network/virtual-clock.ts'
import { type ContentId, LibraryId } from '../../domain/index.ts'
import { type FetchHold, ID_BYTES, RECORD_BYTES, SIZE_AT } from '../../sidecars/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { blobToUuid } from '../../util/uuid.ts'
import { type News, Prefetcher } from './prefetcher.ts'
import type { NetworkSidecars, SidecarLibrary } from './shared-library.ts'

const thumb = { kind: 'thumb', variant: 'grid@2x', format: 'webp' } as const
const proxy = { kind: 'proxy', variant: '480p', format: 'mp4' } as const
/** Size of each sidecar, in bytes. */
const SIZE = 1_000

function record(n: number): Buffer {
  const bytes = Buffer.alloc(RECORD_BYTES)
  createHash('sha256').update(`content ${n}`).digest().copy(bytes, 0, 0, ID_BYTES)
  bytes.writeUInt32BE(SIZE, SIZE_AT)
  return bytes
}

function idOf(n: number): ContentId {
  return blobToUuid(record(n).subarray(0, ID_BYTES)) as ContentId
}

interface Fetch {
  readonly of: News['of']
  readonly contentIds: readonly ContentId[]
  /** They have come. */
  readonly come: () => void
}

/** A library that lacks everything, and whose sidecars come when the test says so. */
function createWorld({ maxBytesPerSecond = 0 } = {}) {
  const has = new Set<ContentId>()
  const fetches: Fetch[] = []
  const hold: { is: FetchHold | null; asked: number } = { is: null, asked: 0 }
  let begun = 0
  const sidecars: Partial<NetworkSidecars> = {
    lacking: (_of, ids) =>
      Array.from({ length: ids.length / ID_BYTES }, (_, i) => ids.subarray(i * ID_BYTES, (i + 1) * ID_BYTES))
        .map((id) => blobToUuid(id) as ContentId)
        .filter((id) => !has.has(id)),
    fetchHold: async () => (hold.asked++, hold.is),
    startFetching: async () => void begun++,
    prefetch: (of, contentIds) => {
      const { promise, resolve } = Promise.withResolvers<number>()
      const come = () => {
        for (const id of contentIds) has.add(id)
        resolve(contentIds.length)
      }
      fetches.push({ of, contentIds, come })
      return promise
    },
  }
  const library: SidecarLibrary = {
    id: LibraryId.parse('0198c0de-0000-7000-8000-000000000001'),
    name: 'Photos',
    path: '/photos',
    readOnly: false,
    sidecars: { exchange: sidecars as NetworkSidecars },
  }
  const clock = new VirtualClock()
  const settings = { eager: 'thumb+proxy', never: '', makeHere: '', concurrent: 2, maxBytesPerSecond }
  const prefetcher = new Prefetcher({ settings: () => settings, clock, log: silentLogger, isOpen: () => true })
  /** Simulates a digest in which a device lists sidecars of these contents. */
  const hear = async (of: News['of'], ...contents: number[]) => {
    prefetcher.add({ library, of, records: Buffer.concat(contents.map(record).toSorted(Buffer.compare)) })
    await turns()
  }
  const { signal } = new AbortController()
  const progress = vi.fn<(update: object) => void>()
  const run = () => prefetcher.run(library.id, { signal, progress })
  return { clock, fetches, has, hear, hold, library, prefetcher, progress, run, begun: () => begun }
}

/** Everything else has its turn. */
async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate)
}

test('what two devices have is fetched once, and nothing of it is missing', async () => {
  const { fetches, hear, prefetcher, progress, run } = createWorld()
  await using _prefetcher = prefetcher
  await hear(thumb, 1, 2)
  await hear(thumb, 1, 2, 3)
  const ran = run()
  await turns()
  // Being fetched, it does not wait again either.
  await hear(thumb, 1, 2)
  expect(fetches.map(({ contentIds }) => contentIds.length)).toEqual([2])
  fetches[0]!.come()
  await turns()
  expect(fetches.slice(1).map(({ contentIds }) => contentIds)).toEqual([[idOf(3)]])
  fetches[1]!.come()
  expect(await ran).toEqual({ fetched: 3, missing: 0, held: null })
  expect(progress).toHaveBeenLastCalledWith({ phase: 'fetch', done: 3, total: 3 })
})

test('what has come otherwise, or has no file any more, is not fetched, and nobody sleeps for its bytes', async () => {
  const { clock, fetches, has, hear, prefetcher, run } = createWorld({ maxBytesPerSecond: SIZE })
  await using _prefetcher = prefetcher
  await hear(thumb, 1, 2)
  await hear(proxy, 3)
  has.add(idOf(1)).add(idOf(3))
  const ran = run()
  await turns()
  expect(fetches.map(({ contentIds }) => contentIds)).toEqual([[idOf(2)]])
  fetches[0]!.come()
  await turns()
  expect(clock.untilNext()).toBe(1_000)
  clock.step()
  expect(await ran).toEqual({ fetched: 1, missing: 0, held: null })
})

test('who has found only busy kinds fetches again as soon as there is another one', async () => {
  const { fetches, hear, prefetcher, run } = createWorld()
  await using _prefetcher = prefetcher
  await hear(thumb, 1)
  const ran = run()
  await turns()
  await hear(thumb, 2)
  await hear(proxy, 3)
  fetches[0]!.come()
  await turns()
  expect(fetches.slice(1).map(({ of }) => of.kind)).toEqual(['thumb', 'proxy'])
  for (const { come } of fetches) come()
  expect(await ran).toMatchObject({ fetched: 3 })
})

test('what came as the job ended begins another one', async () => {
  const { begun, hear, library, prefetcher, run } = createWorld()
  await using _prefetcher = prefetcher
  await run()
  await hear(thumb, 1)
  const before = begun()
  prefetcher.goOn(library)
  expect(begun()).toBe(before + 1)
  prefetcher.forget(library.id)
  prefetcher.goOn(library)
  expect(begun()).toBe(before + 1)
})

test('what keeps it is looked at by one alone, and seldom where it lasts', async () => {
  const { begun, clock, fetches, hear, hold, library, prefetcher, run } = createWorld()
  await using _prefetcher = prefetcher
  await hear(thumb, 1)
  await hear(proxy, 2)
  hold.is = { reason: 'this machine runs on its battery', isBrief: false }
  expect(await run()).toMatchObject({ fetched: 0, held: 'this machine runs on its battery' })
  // Nothing waits twice meanwhile, and no job begins to end at once.
  const before = begun()
  await hear(thumb, 1)
  prefetcher.goOn(library)
  expect(begun()).toBe(before)
  hold.asked = 0
  for (let looks = 1; looks <= 3; looks++) {
    expect(clock.untilNext()).toBe(15_000)
    clock.step()
    await turns()
    expect(hold.asked).toBe(looks)
  }
  hold.is = null
  clock.step()
  await turns()
  expect([clock.untilNext(), begun()]).toEqual([null, before + 1])
  const ran = run()
  await turns()
  for (const { come } of fetches) come()
  expect(await ran).toEqual({ fetched: 2, missing: 0, held: null })
})
