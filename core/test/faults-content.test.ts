import { execFileSync } from 'node:child_process'
import { truncateSync, writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { mountBind, NO_MOUNTS } from '../testing/mount.ts'

const { signal } = new AbortController()
const contentOf = async (t: TestCore, path: string) => (await t.library.files.info(t.path(path), signal)).contentId

interface Writing extends AsyncDisposable {
  /** The longest time between two rounds so far, in milliseconds: a busy machine may hold the writer up. */
  pauseMs(): number
}

/** A file that was left alone for so long may be identified, in milliseconds. */
const LEFT_ALONE_MS = 1_500

/** Makes a file longer, or longer and shorter, in a thread of its own until it is disposed. */
async function keepWriting(file: string, how: 'grow' | 'shrink'): Promise<Writing> {
  const program = `
    const { appendFileSync, truncateSync } = require('node:fs')
    const { parentPort, workerData } = require('node:worker_threads')
    const { times } = workerData
    const pause = new Int32Array(new SharedArrayBuffer(4))
    let stopped = false
    parentPort.once('message', () => { stopped = true })
    const round = () => {
      const now = Date.now()
      times[0] = Math.max(times[0], now - times[1])
      times[1] = now
      for (let i = 0; i < 20; i++) {
        appendFileSync(workerData.file, Buffer.alloc(5_000, Math.floor(Math.random() * 256)))
        Atomics.wait(pause, 0, 0, 1)
      }
      if (workerData.how === 'shrink') truncateSync(workerData.file, Math.floor(Math.random() * 50_000))
      if (stopped) parentPort.postMessage('done')
      else setImmediate(round)
    }
    round()`
  // The longest time between two rounds, and when the last one began.
  const times = new Float64Array(new SharedArrayBuffer(16))
  times[1] = Date.now()
  const worker = new Worker(program, { eval: true, workerData: { file, how, times } })
  return {
    pauseMs: () => Math.max(times[0]!, Date.now() - times[1]!),
    async [Symbol.asyncDispose]() {
      const done = new Promise((resolve) => worker.once('message', resolve))
      worker.postMessage('stop')
      await done
      await worker.terminate()
    },
  }
}

test.each(['grow', 'shrink'] as const)(
  'a file that does not stop to %s has no identity, and the right one once it is left alone',
  async (how) => {
    await using t = await createTestCore()
    writeFileSync(t.path('busy.bin'), '')
    t.write('calm.txt')
    {
      await using writing = await keepWriting(t.path('busy.bin'), how)
      const { job } = await t.add({ mode: 'content' })
      expect(job).toMatchObject({ status: 'completed' })
      const busy = await contentOf(t, 'busy.bin')
      expect(busy === null || writing.pauseMs() > LEFT_ALONE_MS).toBe(true)
      expect(await contentOf(t, 'calm.txt')).not.toBeNull()
    }
    await vi.waitFor(async () => expect(await contentOf(t, 'busy.bin')).not.toBeNull())
    // Hashes every file again and compares.
    await vi.waitFor(async () => expect(await t.differences()).toEqual([]))
  },
)

test('devices are recorded as other, and never opened', async ({ skip }) => {
  await using t = await createTestCore()
  try {
    execFileSync('mknod', [t.path('zero'), 'c', '1', '5'], { stdio: 'pipe' })
    execFileSync('mknod', [t.path('disk'), 'b', '7', '200'], { stdio: 'pipe' })
  } catch {
    return skip('needs the right to make device nodes: run it as root')
  }
  truncateSync(t.write('a.txt'), 3)
  const { job } = await t.add({ mode: 'deep' })
  expect(job).toMatchObject({ status: 'completed', warnings: 0 })
  expect((await t.library.locations.list())[0]?.counts).toMatchObject({ files: 1, others: 2 })
  expect(await t.library.files.info(t.path('zero'), signal)).toMatchObject({ kind: 'other', contentId: null })
  expect(await t.differences()).toEqual([])
})

test('files that say they are empty and have no end, as those of /proc, neither block nor get an identity', async ({
  skip,
}) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  await expect(t.add({ path: '/proc/sys/kernel' })).rejects.toMatchObject({ code: 'Unsupported' })
  using _endless = mountBind('/proc/sys/kernel/random/uuid', t.write('endless'))
  // Reading it waits for the kernel to say something.
  using _waiting = mountBind('/proc/kmsg', t.write('waiting'))
  t.write('a.txt')
  const { job } = await t.add({ mode: 'deep', watch: false })
  expect(job).toMatchObject({ status: 'completed', warnings: 2 })
  const warned = t.library.jobs.info(job.id).warningList.map(({ path }) => path ?? '')
  expect(warned.toSorted()).toEqual([t.path('endless'), t.path('waiting')])
  expect(await contentOf(t, 'endless')).toBeNull()
  expect(await contentOf(t, 'waiting')).toBeNull()
  expect(await contentOf(t, 'a.txt')).not.toBeNull()
})

test('a file whose disk fails while it is read is told once with its path, and the rest is done', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  await using t = await createTestCore()
  // The first page of a process is never there: to read it is an input/output error.
  using _ = mountBind(`/proc/${process.pid}/mem`, t.write('a failing disk.bin'))
  t.write('b.txt')
  const { job } = await t.add({ mode: 'content', watch: false })
  expect(job).toMatchObject({ status: 'completed', warnings: 1 })
  expect(t.library.jobs.info(job.id).warningList).toMatchObject([
    { code: 'Unavailable', path: t.path('a failing disk.bin'), message: expect.stringContaining('i/o error') },
  ])
  expect(await contentOf(t, 'a failing disk.bin')).toBeNull()
  expect(await contentOf(t, 'b.txt')).not.toBeNull()
})
