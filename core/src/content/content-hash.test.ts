import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir, type TempDir } from '../../testing/temp-dir.ts'
import { blobToUuid } from '../util/uuid.ts'
import { ContentHasher, type HashResult } from './content-hash.ts'
import published from './content-hash.vectors.json' with { type: 'json' }
import { contentUuid, hashToHex, shortHash } from './content-id.ts'

/** A minute after every file that a test writes. */
const later = { now: () => Date.now() + 60_000 }

function write(dir: TempDir, bytes: string | Uint8Array, name = 'file'): string {
  const path = join(dir.path, name)
  writeFileSync(path, bytes)
  return path
}

/** The content that the published vectors are of. */
function vectorContent(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (31 * i + 7 * (i >>> 8) + 3 * (i >>> 16)) & 255)
}

function hashOf(result: HashResult): Uint8Array {
  if ('hash' in result) return result.hash
  throw new Error(`not hashed: ${result.state}`)
}

for (const native of [true, false]) {
  test.each(published.vectors)(
    `a content of $size bytes has its published identity (native ${native})`,
    async (vector) => {
      using dir = createTempDir('hash')
      const path = write(dir, vectorContent(vector.size))
      const hasher = await ContentHasher.load({ native })
      const sampled = Buffer.from(hashOf(hasher.sampled(path)))
      const full = Buffer.from(hashOf(hasher.full(path)))
      expect({
        size: vector.size,
        hash: hashToHex(sampled),
        uuid: blobToUuid(contentUuid(sampled)),
        fullHash: hashToHex(full),
        fullHashUuid: blobToUuid(contentUuid(full)),
      }).toEqual(vector)
    },
  )
}

test('people see the first sixteen digits of a hash', () => {
  expect(shortHash(Buffer.from(published.vectors[0]!.hash, 'hex'))).toBe(published.vectors[0]!.hash.slice(0, 16))
})

test('a file that changes between its samples keeps its sampled hash and gets another full one', async () => {
  using dir = createTempDir('hash')
  const content = vectorContent(1_000_000)
  const hasher = await ContentHasher.load()
  const before = write(dir, content, 'before')
  content[20_000] = content[20_000]! ^ 1
  const after = write(dir, content, 'after')
  expect(hashOf(hasher.sampled(after))).toEqual(hashOf(hasher.sampled(before)))
  expect(hashOf(hasher.full(after))).not.toEqual(hashOf(hasher.full(before)))
})

test('sparse files of some gigabytes differ by their size alone', async () => {
  using dir = createTempDir('hash')
  const hasher = await ContentHasher.load()
  const [a, b] = [write(dir, '', 'a'), write(dir, '', 'b')]
  truncateSync(a, 5_000_000_000)
  truncateSync(b, 5_000_000_001)
  expect(hashOf(hasher.sampled(a))).not.toEqual(hashOf(hasher.sampled(b)))
})

test.each([
  ['grows', (path: string) => appendFileSync(path, 'more')],
  ['shrinks', (path: string) => truncateSync(path, 1)],
  ['is touched', (path: string) => utimesSync(path, 1, 1)],
  ['is written over', (path: string) => writeFileSync(path, 'other')],
])('a file that %s while it is read is changed', async (_what, change) => {
  using dir = createTempDir('hash')
  const path = write(dir, 'hello')
  const hasher = await ContentHasher.load(later)
  expect(hasher.sampled(path, () => change(path))).toEqual({ state: 'changed' })
})

test('what is hashed is what fstat says it is', async () => {
  using dir = createTempDir('hash')
  const path = write(dir, 'hello')
  utimesSync(path, 1_600_000_000.25, 1_600_000_000.25)
  const hasher = await ContentHasher.load(later)
  expect(hasher.sampled(path)).toMatchObject({ state: 'hashed', size: 5, mtime: 1_600_000_000_250, mtimeNs: 0 })
})

test('a file touched less than two seconds ago is to be looked at again', async () => {
  using dir = createTempDir('hash')
  const path = write(dir, 'hello')
  const hasher = await ContentHasher.load({ now: () => statSync(path).ctimeMs + 1_900 })
  expect(hasher.sampled(path).state).toBe('tooFresh')
  // Its own time says nothing: whoever wrote it may have set it back.
  utimesSync(path, 1, 1)
  expect(hasher.sampled(path).state).toBe('tooFresh')
})

test.each([
  ['1601', -11_644_473_600],
  ['2107', 4_323_456_000],
])('a time in %s is not a recent one', async (_year, seconds) => {
  using dir = createTempDir('hash')
  const path = write(dir, 'hello')
  utimesSync(path, seconds, seconds)
  const hasher = await ContentHasher.load(later)
  expect(hasher.sampled(path)).toMatchObject({ state: 'hashed' })
})

test('what is no file of bytes fails with its reason', async () => {
  using dir = createTempDir('hash')
  const hasher = await ContentHasher.load()
  const link = join(dir.path, 'link')
  symlinkSync(write(dir, 'hello'), link)
  const codeOf = (path: string) => {
    const result = hasher.sampled(path)
    return 'code' in result ? result.code : result.state
  }
  expect(codeOf(join(dir.path, 'missing'))).toBe('ENOENT')
  expect(codeOf(dir.path)).toBe('ENOTFILE')
  expect(codeOf(link)).toBe('ELOOP')
})

test.skipIf(process.platform === 'win32')('a FIFO without a writer does not block', async () => {
  using dir = createTempDir('hash')
  const path = join(dir.path, 'fifo')
  execFileSync('mkfifo', [path])
  const hasher = await ContentHasher.load()
  expect(hasher.sampled(path)).toMatchObject({ state: 'failed', code: 'ENOTFILE' })
  expect(hasher.full(path)).toMatchObject({ state: 'failed', code: 'ENOTFILE' })
})

test.runIf(process.platform === 'linux')('files that only seem empty, and devices, have no hash', async () => {
  const hasher = await ContentHasher.load()
  expect(hasher.sampled('/proc/self/status')).toMatchObject({ state: 'failed', code: 'EENDLESS' })
  expect(hasher.full('/proc/self/status')).toMatchObject({ state: 'failed', code: 'EENDLESS' })
  expect(hasher.sampled('/dev/zero')).toMatchObject({ state: 'failed', code: 'ENOTFILE' })
})

test.skipIf(process.getuid?.() === 0)('a file that may not be read fails', async () => {
  using dir = createTempDir('hash')
  const path = write(dir, 'hello')
  chmodSync(path, 0)
  const hasher = await ContentHasher.load()
  expect(hasher.sampled(path)).toMatchObject({ state: 'failed', code: 'EACCES' })
})

test('a full hash says how far it is and can be stopped', async () => {
  using dir = createTempDir('hash')
  const path = write(dir, '')
  truncateSync(path, 140_000_000)
  const hasher = await ContentHasher.load(later)
  const progress: number[] = []
  expect(hasher.full(path, { onBytes: (bytes) => progress.push(bytes) })).toMatchObject({ state: 'hashed' })
  expect(progress).toEqual([67_108_864, 134_217_728])
  expect(hasher.full(path, { stopped: () => true })).toMatchObject({ state: 'failed', code: 'ECANCELED' })
})
