import { expect, test } from 'vitest'
import { VirtualClock } from '../../../testing/memory-network/virtual-clock.ts'
import { LibraryId } from '../../domain/index.ts'
import { type AvailabilityRead, RECORD_BYTES } from '../../sidecars/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { OwnSidecars } from './own-sidecars.ts'
import type { NetworkSidecars, SidecarLibrary } from './shared-library.ts'

/** A library whose sidecars are read when the test says so. */
function sidecarsOf() {
  const reads: PromiseWithResolvers<AvailabilityRead>[] = []
  const availability: NetworkSidecars['availability'] = () => {
    const read = Promise.withResolvers<AvailabilityRead>()
    reads.push(read)
    return read.promise
  }
  const library: SidecarLibrary = {
    id: LibraryId.parse('0198c0de-0000-7000-8000-000000000001'),
    name: 'Photos',
    path: '/photos',
    readOnly: false,
    sidecars: { exchange: { availability } as NetworkSidecars },
  }
  const clock = new VirtualClock()
  let told = 0
  const own = new OwnSidecars({ clock, log: silentLogger, isHeard: () => true, tell: async () => void told++ })
  return { clock, library, own, reads, told: () => told }
}

/** One sidecar, of a content that is called by a number. */
function has(n: number): AvailabilityRead {
  const records = Buffer.alloc(RECORD_BYTES, n)
  return {
    mark: n,
    full: true,
    groups: [{ kind: 'thumb', variant: 'grid@2x', format: 'webp', records, gone: Buffer.alloc(0) }],
  }
}

/** Everything else has its turn. */
async function turn(): Promise<void> {
  await new Promise(setImmediate)
}

test('the others are told of a change that one of them has asked for before', async () => {
  const { clock, library, own, reads, told } = sidecarsOf()
  using _own = own
  own.changed(library)
  const asked = own.digest(library, null)
  await turn()
  reads[0]!.resolve(has(1))
  expect(await asked).toMatchObject({ version: 1 })
  clock.step()
  await turn()
  expect(told()).toBe(1)
  // The sidecar is unchanged, so no device is told.
  own.changed(library)
  clock.step()
  await turn()
  reads[1]!.resolve(has(1))
  await turn()
  expect([reads.length, told()]).toEqual([2, 1])
})

test('who asks while reading fails is told what there is, not that there is nothing', async () => {
  const { library, own, reads } = sidecarsOf()
  using _own = own
  const first = own.digest(library, null)
  const second = own.digest(library, null)
  const third = own.digest(library, null)
  reads[0]!.reject(new Error('the disk did not answer'))
  await expect(first).rejects.toThrow('the disk did not answer')
  await turn()
  reads[1]!.resolve(has(1))
  expect([await second, await third]).toMatchObject([{ version: 1 }, { version: 1 }])
  expect(reads).toHaveLength(2)
})
