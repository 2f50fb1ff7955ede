import { closeSync, mkdtempSync, openSync, rmSync, ftruncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { fromBufferPromise, openPromise, type Entry, type ZipFile } from 'yauzl'
import { type ArchiveEntry, zipBytes } from './zip-bytes.ts'

const THEN = new Date(2026, 4, 6, 7, 8, 10)

async function* each(entries: Iterable<ArchiveEntry>): AsyncGenerator<ArchiveEntry> {
  yield* entries
}

function file(name: string, bytes: string | Uint8Array, lastModified = THEN): ArchiveEntry {
  const input = Buffer.from(bytes)
  return { name, lastModified, input, maxSize: input.length }
}

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const entry of zip.eachEntry()) entries.push(entry)
  return entries
}

test('names, times, checksums and contents are those of the files', async () => {
  async function* pieces() {
    yield Buffer.from('1234')
    yield Buffer.from('56789')
  }
  const given: ArchiveEntry[] = [
    { name: 'Ärzte/', lastModified: THEN },
    { name: 'Ärzte/東京.txt', lastModified: THEN, input: pieces(), maxSize: 9 },
    file('empty', ''),
  ]
  const bytes = await buffer(zipBytes(each(given)))
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, autoClose: false })
  const found = await entriesOf(zip)
  expect(
    found.map((entry) => [
      entry.fileName,
      entry.uncompressedSize,
      entry.crc32,
      entry.compressionMethod,
      (entry.externalFileAttributes >>> 16).toString(8),
    ]),
  ).toEqual([
    ['Ärzte/', 0, 0, 0, '40755'],
    // The check value of the checksum.
    ['Ärzte/東京.txt', 9, 0xcb_f4_39_26, 0, '100644'],
    ['empty', 0, 0, 0, '100644'],
  ])
  expect(found.map((entry) => entry.getLastModDate())).toEqual([THEN, THEN, THEN])
  expect(await text(await zip.openReadStreamPromise(found[1]!))).toBe('123456789')
})

test('times before and after the years of the format become its first and its last', async () => {
  const given = [file('old', 'x', new Date(1900, 0, 1)), file('new', 'x', new Date(3000, 0, 1))]
  const zip = await fromBufferPromise(await buffer(zipBytes(each(given))), { lazyEntries: true })
  const times = (await entriesOf(zip)).map((entry) => entry.getLastModDate())
  expect(times).toEqual([new Date(1980, 0, 1), new Date(2107, 11, 31)])
})

test('a file that has less than was expected is complete, whatever its size was to be', async () => {
  const given: ArchiveEntry[] = [
    { name: 'a', lastModified: THEN, input: Buffer.from('abc'), maxSize: 2 ** 33 },
    file('b', 'next'),
  ]
  const zip = await fromBufferPromise(await buffer(zipBytes(each(given))), { lazyEntries: true, autoClose: false })
  const contents: string[] = []
  for (const entry of await entriesOf(zip)) contents.push(await text(await zip.openReadStreamPromise(entry)))
  expect(contents).toEqual(['abc', 'next'])
})

test('more than 65,535 files and folders are all listed', async () => {
  const names = Array.from({ length: 65_536 }, (_, i) => `${i}/`)
  const given = names.map((name) => ({ name, lastModified: THEN }))
  const zip = await fromBufferPromise(await buffer(zipBytes(each([...given, file('last', 'end')]))), {
    lazyEntries: true,
    autoClose: false,
  })
  const found = await entriesOf(zip)
  expect(found).toHaveLength(65_537)
  expect(await text(await zip.openReadStreamPromise(found.at(-1)!))).toBe('end')
})

test('a file of more than 4 GiB and the one after it are read back', async () => {
  const zeros = Buffer.alloc(2 ** 24)
  const pieces = 257
  async function* large() {
    for (let i = 0; i < pieces; i++) yield zeros
  }
  const size = pieces * zeros.length
  const given: ArchiveEntry[] = [
    { name: 'large', lastModified: THEN, input: large(), maxSize: size },
    file('after', 'the end'),
  ]
  const folder = mkdtempSync(join(tmpdir(), 'zip-bytes-'))
  using _folder = { [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
  const path = join(folder, 'large.zip')
  const fd = openSync(path, 'w')
  let at = 0
  for await (const bytes of zipBytes(each(given))) {
    // A hole instead of zeros.
    if (bytes !== zeros) writeSync(fd, bytes, 0, bytes.length, at)
    at += bytes.length
  }
  ftruncateSync(fd, at)
  closeSync(fd)
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false })
  using _zip = { [Symbol.dispose]: () => zip.close() }
  const [first, second] = await entriesOf(zip)
  expect([first?.fileName, first?.uncompressedSize, second?.fileName]).toEqual(['large', size, 'after'])
  expect(second?.relativeOffsetOfLocalHeader).toBeGreaterThan(size)
  expect(await text(await zip.openReadStreamPromise(second!))).toBe('the end')
})
