import { mkdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createTempDir, type TempDir } from '../../testing/temp-dir.ts'
import { png } from '../../testing/media/index.ts'
import { ContentHasher } from './content-hash.ts'
import { hashStates, NO_DEFINITION } from './hash-messages.ts'
import { HashPool } from './hash-pool.ts'
import { definitionAt } from './types/detect.ts'

function write(dir: TempDir, name: string, bytes: string | Uint8Array): string {
  const path = join(dir.path, name)
  writeFileSync(path, bytes)
  utimesSync(path, 1_600_000_000, 1_600_000_000)
  return path
}

/** A file just written is `tooFresh` for two seconds: on a busy machine they may be over. */
const READ = /^(?:hashed|tooFresh)$/

test('each file has the hash that it has alone, at its place', async () => {
  using dir = createTempDir('pool')
  await using pool = new HashPool()
  const paths = Array.from({ length: 300 }, (_, i) => write(dir, `${i}`, `content ${i}`))
  paths[7] = join(dir.path, 'missing')
  const batch = await pool.sampled(paths)
  const hasher = await ContentHasher.load()
  const expected = paths.map((path) => hasher.sampled(path))
  expect(batch.errors).toEqual([{ index: 7, code: 'ENOENT', message: expect.any(String) }])
  expect(hashStates[batch.states[7]!]).toBe('failed')
  for (const [i, result] of expected.entries()) {
    const hash = 'hash' in result ? Buffer.from(result.hash) : Buffer.alloc(32)
    expect(Buffer.from(batch.hashes.subarray(i * 32, (i + 1) * 32))).toEqual(hash)
  }
  expect([batch.sizes[299], batch.mtimes[299], batch.mtimeNs[299]]).toEqual([11, 1_600_000_000_000, 0])
})

test('one reading gives the hash and the type, and where a name is wrong', async () => {
  using dir = createTempDir('pool')
  await using pool = new HashPool({ threads: 1 })
  const picture = png({ width: 1, height: 1 })
  const batch = await pool.sampled(
    [
      write(dir, 'a.png', picture),
      write(dir, 'b.jpg', picture),
      write(dir, 'noname', Buffer.from([0, 1, 2, 3, 0xff, 0xfe, 0])),
      write(dir, 'old.ac3', Buffer.from('\x0b\x77\0\0\0\0\0\0', 'latin1')),
      join(dir.path, 'missing'),
    ],
    { identify: true },
  )
  const ids = Array.from(batch.types!.definitions, (index) => (index === NO_DEFINITION ? null : definitionAt(index).id))
  expect(ids).toEqual(['png', 'png', null, 'ac3', null])
  expect([...batch.types!.confidences]).toEqual([100, 95, 0, 100, 0])
  expect(batch.types!.conflicts).toEqual([{ index: 1, extension: 'jpg', looksLike: 'png' }])
})

test.runIf(process.platform === 'linux')('names whose bytes are no text are hashed', async () => {
  using dir = createTempDir('pool')
  await using pool = new HashPool()
  const path = Buffer.concat([Buffer.from(`${dir.path}/`), Buffer.from([0xff, 0xfe])])
  writeFileSync(path, 'hello')
  const { states } = await pool.sampled([path], { identify: true })
  expect(hashStates[states[0]!]).toMatch(READ)
})

test('a whole file is hashed, and says how far it is', async () => {
  using dir = createTempDir('pool')
  await using pool = new HashPool()
  const path = write(dir, 'large', '')
  truncateSync(path, 70_000_000)
  const progress: number[] = []
  const result = await pool.full(path, { onBytes: (bytes) => progress.push(bytes) })
  expect(result).toMatchObject({ state: expect.stringMatching(READ), size: 70_000_000 })
  expect(progress).toEqual([67_108_864])
  expect(await pool.full(dir.path)).toMatchObject({ state: 'failed', code: 'ENOTFILE' })
})

test('cancelled work ends at once, and the pool goes on', async () => {
  using dir = createTempDir('pool')
  await using pool = new HashPool({ threads: 1 })
  const large = write(dir, 'large', '')
  truncateSync(large, 50_000_000_000)
  const stop = new AbortController()
  const hashing = pool.full(large, { signal: stop.signal, onBytes: () => stop.abort() })
  await expect(hashing).rejects.toMatchObject({ code: 'Cancelled' })
  const { states } = await pool.sampled([write(dir, 'small', 'hello')])
  expect(states[0]).toBeLessThanOrEqual(hashStates.indexOf('tooFresh'))
})

test('its threads end when there is nothing to do, and start again', async () => {
  using dir = createTempDir('pool')
  mkdirSync(join(dir.path, 'a'))
  await using pool = new HashPool({ idleMs: 1 })
  expect(pool.size).toBe(0)
  await pool.sampled([write(dir, 'a/b', 'hello')])
  await vi.waitFor(() => expect(pool.size).toBe(0))
  const { states } = await pool.sampled([join(dir.path, 'a/b')])
  expect(states.length).toBe(1)
})

test('a closed pool answers nothing more', async () => {
  const pool = new HashPool()
  const [asked] = await Promise.allSettled([pool.sampled(['/']), pool[Symbol.asyncDispose]()])
  expect(asked).toMatchObject({ status: 'rejected', reason: { code: 'Cancelled' } })
  await expect(pool.sampled(['/'])).rejects.toMatchObject({ code: 'Unavailable' })
})
