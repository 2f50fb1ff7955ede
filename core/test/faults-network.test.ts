import { readdirSync, readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { isHeldUp, mountHung, NO_HUNG_MOUNT } from '../testing/hung-mount.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { createVolumeDetector, type Detection, type VolumeDetector } from '../src/volume/index.ts'
import { silentLogger } from '../src/util/logger.ts'

const { signal } = new AbortController()

/** The patience with a share that is silent. Nothing that is to succeed has so little time. */
const ANSWER_MS = 8_000

/** Time for a busy machine to give up a scan, which waits for the share once and not for each file. */
const ENDS_WITHIN_MS = 60_000

/** Longer than any test: a wait for a share of this length never ends. */
const FOR_EVER_MS = 3_600_000

/** This machine as it would be if all it has lay on the network; what a test mounts to fall silent is part of that. */
function networkMachine(): VolumeDetector {
  const real = createVolumeDetector({ machineId: 'test', log: silentLogger })
  const token = real.mountToken
  return {
    ...(token ? { mountToken: () => token.call(real) } : {}),
    async detect(of): Promise<Detection> {
      const { volumes, pseudoMounts } = await real.detect(of)
      const known = volumes.filter(({ filesystem }) => filesystem !== 'silent')
      return { volumes: known.map((volume) => ({ ...volume, mayHang: true })), pseudoMounts }
    },
  }
}

interface NetworkCore extends TestCore {
  /** Does something while the folder `sub` does not answer, with little patience; the engine is opened anew for it. */
  silently<T>(work: () => Promise<T>): Promise<T>
}

/** An engine with all patience for a share, but for the time in which it is silent. */
async function createNetworkCore(): Promise<NetworkCore> {
  let patienceMs = FOR_EVER_MS
  const t = await createTestCore({
    volumeDetector: networkMachine(),
    // Read whenever the engine is opened.
    get answerMs() {
      return patienceMs
    },
  })
  const restartWith = async (ms: number) => {
    patienceMs = ms
    await t.restart()
  }
  return Object.assign(t, {
    async silently<T>(work: () => Promise<T>): Promise<T> {
      await restartWith(ANSWER_MS)
      try {
        using _ = mountHung(t.path('sub'))
        return await work()
      } finally {
        await restartWith(FOR_EVER_MS)
      }
    },
  })
}

async function rescan(t: TestCore, location: string) {
  const { job } = await t.library.locations.rescan({ location, force: false })
  return t.library.jobs.wait(job.id, signal)
}

/** Processes this one has started to look at disks. */
function diskProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const parent = / \((?:.*)\) \S+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return Number(parent) === process.pid && /(disk|hash-process|media-process)-worker\.ts/.test(command)
      } catch {
        return false
      }
    })
    .map(Number)
}

test('files on a network mount are indexed, identified, watched, verified, browsed and explained', async () => {
  await using t = await createNetworkCore()
  t.write('a.txt', 'one')
  t.write('sub/deep/b.txt', 'two')
  t.write('node_modules/left/out.js')
  const { locationId, job } = await t.add({ mode: 'deep' })
  expect(job).toMatchObject({ status: 'completed', warnings: 0 })
  expect(await t.found('txt')).toEqual(['a.txt', 'sub/deep/b.txt'])
  expect(await t.differences()).toEqual([])
  const { items } = await t.library.indexing.look(
    t.path('sub/deep'),
    { recursive: false, content: true, limit: 10 },
    signal,
  )
  expect(items).toMatchObject([{ name: 'b.txt', extension: 'txt', contentId: expect.any(String) }])
  expect(await t.library.indexing.explain(t.path('a.txt'))).toMatchObject({ indexed: true, rule: null })
  t.move('sub/deep', 'moved')
  t.write('new.txt')
  t.remove('a.txt')
  await vi.waitFor(async () => expect((await t.found('txt')).toSorted()).toEqual(['moved/b.txt', 'new.txt']))
  expect(await t.found('moved')).toContain('moved')
  expect(await rescan(t, locationId)).toMatchObject({ status: 'completed' })
  expect(await t.differences()).toEqual([])
  await t.settle()
  expect(diskProcesses()).toEqual([])
})

test('a share that stops to answer while it is indexed ends the scan, and loses nothing', async ({ skip }) => {
  if (NO_HUNG_MOUNT) return skip(NO_HUNG_MOUNT)
  await using t = await createNetworkCore()
  t.write('a.txt')
  t.write('sub/kept.txt')
  const { locationId } = await t.add({ watch: false })
  const info = () => t.library.locations.info(locationId)
  await t.silently(async () => {
    t.write('new.txt')
    const begun = performance.now()
    expect(await rescan(t, locationId)).toMatchObject({
      status: 'failed',
      error: { code: 'Offline', message: expect.stringMatching(/files does not answer; .*rescan the location$/) },
    })
    expect(performance.now() - begun).toBeLessThan(ENDS_WITHIN_MS)
    await vi.waitFor(async () => expect(await info()).toMatchObject({ state: 'offline', counts: { files: 2 } }))
    await expect(t.differences()).rejects.toMatchObject({ code: 'Offline' })
    await expect(
      t.library.indexing.look(t.root, { recursive: false, content: false, limit: 10 }, signal),
    ).rejects.toMatchObject({ code: 'Offline' })
    expect(isHeldUp(process.pid)).toBe(false)
    expect((await t.found('txt')).toSorted()).toEqual(['a.txt', 'sub/kept.txt'])
  })
  expect(await rescan(t, locationId)).toMatchObject({ status: 'completed', warnings: 0 })
  expect(await info()).toMatchObject({ state: 'complete', error: null, counts: { files: 3 } })
  expect(await t.differences()).toEqual([])
})

test('a first scan of a share that stops to answer fails, and the next one does all', async ({ skip }) => {
  if (NO_HUNG_MOUNT) return skip(NO_HUNG_MOUNT)
  await using t = await createNetworkCore()
  t.write('a.txt')
  t.write('sub/b.txt')
  const { locationId, job } = await t.silently(() => t.add({ watch: false }))
  expect(job).toMatchObject({ status: 'failed', error: { code: 'Offline' } })
  expect(await rescan(t, locationId)).toMatchObject({ status: 'completed', warnings: 0 })
  expect((await t.found('txt')).toSorted()).toEqual(['a.txt', 'sub/b.txt'])
  expect(await t.differences()).toEqual([])
})

test('a share that stops to answer while contents are read ends that, and they are read later', async ({ skip }) => {
  if (NO_HUNG_MOUNT) return skip(NO_HUNG_MOUNT)
  await using t = await createNetworkCore()
  t.write('a.txt')
  t.write('sub/b.txt')
  const { locationId } = await t.add({ watch: false })
  const { job } = await t.silently(async () => {
    await t.library.locations.update({ location: locationId, mode: 'deep' })
    const host = { signal, progress: () => {}, warn: () => {} }
    return { job: await t.library.indexing.identifyPending(locationId, host).catch((err: unknown) => err) }
  })
  expect(job).toMatchObject({ code: 'Offline' })
  expect(await rescan(t, locationId)).toMatchObject({ status: 'completed' })
  expect(await t.differences()).toEqual([])
})

test('cancelling a scan that waits for a share, and closing the engine, take no longer for it', async ({ skip }) => {
  if (NO_HUNG_MOUNT) return skip(NO_HUNG_MOUNT)
  await using t = await createNetworkCore()
  t.write('a.txt')
  t.write('sub/b.txt')
  const { locationId } = await t.add({ watch: false })
  using _ = mountHung(t.path('sub'))
  const waiting = async () => {
    const { job } = await t.library.locations.rescan({ location: locationId, force: false })
    await vi.waitFor(() => expect(diskProcesses().some(isHeldUp)).toBe(true))
    return job.id
  }
  const id = await waiting()
  // A wait for the share would never end.
  await t.library.jobs.cancel(id)
  expect(await t.library.jobs.wait(id, signal)).toMatchObject({ status: 'cancelled' })
  await vi.waitFor(() => expect(diskProcesses()).toEqual([]))
  await waiting()
  await t.core.close()
  expect(diskProcesses()).toEqual([])
  expect(t.warnings).not.toContainEqual(expect.stringContaining('left behind'))
})
