import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ContentId, type Entry } from '../src/domain/index.ts'
import { type FileRef, type FileSource, MAX_PIECE_BYTES, pathRef } from '../src/sources/index.ts'
import type { ErrorCode } from '../src/util/errors.ts'
import { bytesToName, entryPath, joinName, nameBytes, pathText, type RawName } from '../src/util/file-name.ts'
import { makeZip } from './documents/index.ts'
import { until } from './until.ts'

/** A source, and the folder of this machine that it serves its files from. */
export interface FileSourceWorld extends AsyncDisposable {
  readonly source: FileSource
  /** A folder of this machine. The source has it at the same path. */
  readonly root: string
  /** Makes the source unreachable. */
  readonly goOffline?: () => Promise<void>
}

export interface FileSourceSuiteOptions {
  /** Whether the files are on this device's disk. */
  readonly isLocal: boolean
  readonly canWatch: boolean
}

const { signal } = new AbortController()
const order = { sort: 'name', reverse: false, foldersFirst: true, all: true, thumbs: false } as const
const HOSTILE_NAMES: readonly RawName[] = [
  Buffer.from([0x61, 0xff, 0x62]),
  Buffer.from([0x80]),
  'two\nlines',
  'tab\tbell\u0007',
  'x'.repeat(255),
  'ü'.repeat(127),
  '-rf',
  ' space ',
  'local:',
  'base64:YQ==',
  '%2e%2e',
  '"quotes" \'and\' `more` $(x)',
  '\u202egnp.exe',
  'e\u0301',
]

/**
 * What every `FileSource` promises. `open` makes one source for the whole suite; each test has a folder of its own in it.
 */
export function describeFileSource(
  name: string,
  open: () => Promise<FileSourceWorld>,
  { canWatch, isLocal }: FileSourceSuiteOptions,
): void {
  describe(`file source: ${name}`, () => {
    let world: FileSourceWorld
    beforeAll(async () => {
      world = await open()
    })
    afterAll(async () => {
      await world[Symbol.asyncDispose]()
    })

    const createFolder = () => new Folder(world)

    test('a folder is listed in order, and each path in the listing leads to its entry', async () => {
      const folder = createFolder()
      folder.write('b.txt', 'two')
      folder.write('a.txt', 'one')
      folder.write('day/c.txt', 'three')
      const { items, online, path, total } = await folder.list()
      expect(items.map((entry) => [entry.name, entry.kind, entry.kind === 'file' ? entry.size : 0])).toEqual([
        ['day', 'directory', 0],
        ['a.txt', 'file', 3],
        ['b.txt', 'file', 3],
      ])
      expect({ total, online }).toEqual({ total: 3, online: true })
      expect(pathRef(path)).toEqual(folder.ref(''))
      const [day, a] = items
      expect(await read(folder.source, refOf(a!))).toBe('one')
      const inside = await folder.source.list({ ...order, path: textOf(day!), limit: 10, offset: 0 }, signal)
      expect(inside.items.map((entry) => entry.name)).toEqual(['c.txt'])
    })

    test('a folder of many entries is listed whole, in windows, and past its end', async () => {
      const folder = createFolder()
      const names = Array.from({ length: 1_203 }, (_, n) => `${String(n).padStart(4, '0')}.txt`)
      for (const each of names) folder.write(each, '')
      const all = await folder.list({ limit: 5_000 })
      expect(all.items.map((entry) => entry.name)).toEqual(names)
      const window = await folder.list({ limit: 700, offset: 900 })
      expect(window.items.map((entry) => entry.name)).toEqual(names.slice(900))
      expect(await folder.list({ offset: 1_000_000 })).toMatchObject({ items: [], total: 1_203 })
      const turned = await folder.list({ limit: 2, reverse: true })
      expect(turned.items.map((entry) => entry.name)).toEqual(['1202.txt', '1201.txt'])
    })

    test('an empty folder has no entries', async () => {
      expect(await createFolder().list()).toMatchObject({ items: [], total: 0 })
    })

    test('the entry that a name begins is found, and after the last one the search goes on at the first', async () => {
      const folder = createFolder()
      for (const each of ['apple', 'banana', 'berry', 'cherry']) folder.write(each)
      const seek = (rest: object) => folder.source.seek({ ...order, path: folder.path(''), from: 0, ...rest }, signal)
      expect(await seek({ prefix: 'B' })).toEqual({ offset: 1 })
      expect(await seek({ prefix: 'b', from: 2 })).toEqual({ offset: 2 })
      expect(await seek({ prefix: 'b', from: 3 })).toEqual({ offset: 1 })
      expect(await seek({ prefix: 'z' })).toEqual({ offset: null })
      expect(await seek({ entryPath: folder.path('cherry') })).toEqual({ offset: 3 })
      expect(await seek({ entryPath: folder.path('gone') })).toEqual({ offset: null })
    })

    test('a folder is browsed as its disk has it', async () => {
      const folder = createFolder()
      folder.write('a.txt', 'one')
      const input = { path: folder.path(''), scope: 'current', content: false, limit: 10 } as const
      const { items, total } = await folder.source.browse(input, signal)
      expect(items.map(({ name: each, size }) => [each, size])).toEqual([['a.txt', 3]])
      expect(total).toBe(1)
    })

    test.each(HOSTILE_NAMES.map((each) => [JSON.stringify(Buffer.from(nameBytes(each)).toString('latin1')), each]))(
      'a file called %s is listed, looked at, opened and read',
      async (_shown, each) => {
        const folder = createFolder()
        folder.write(each, 'inside')
        const { items } = await folder.list()
        expect(items).toHaveLength(1)
        const ref = refOf(items[0]!)
        expect(ref).toEqual(folder.ref(each))
        expect(await folder.source.stat(ref, signal)).toMatchObject({ name: items[0]!.name, size: 6 })
        expect(await read(folder.source, ref)).toBe('inside')
        await using file = await folder.source.open(ref, {}, signal)
        expect(Buffer.from(nameBytes(file.name))).toEqual(Buffer.from(nameBytes(each)))
      },
    )

    test('each range of a file is the bytes in it, however far it reaches', async () => {
      const folder = createFolder()
      const bytes = Buffer.from(Array.from({ length: 1_300_000 }, (_, n) => n % 251))
      folder.write('a.bin', bytes)
      const ref = folder.ref('a.bin')
      for (const [offset, length, expected] of [
        [0, 10, bytes.subarray(0, 10)],
        [100_000, 300_000, bytes.subarray(100_000, 400_000)],
        [0, 0, Buffer.alloc(0)],
        [bytes.length - 5, 100, bytes.subarray(-5)],
        [bytes.length, 10, Buffer.alloc(0)],
        [2 ** 50, 10, Buffer.alloc(0)],
        [1, MAX_PIECE_BYTES, bytes.subarray(1, 1 + MAX_PIECE_BYTES)],
        [0, Number.MAX_SAFE_INTEGER, bytes.subarray(0, MAX_PIECE_BYTES)],
      ] as const) {
        const piece = await folder.source.read(ref, { offset, length, etag: null }, signal)
        expect([offset, length, piece.size]).toEqual([offset, length, bytes.length])
        expect(Buffer.compare(piece.bytes, expected)).toBe(0)
      }
    })

    test('a file is read in pieces from its beginning to its end', async () => {
      const folder = createFolder()
      const bytes = Buffer.from(Array.from({ length: 1_300_000 }, (_, n) => n % 253))
      folder.write('a.bin', bytes)
      await using file = await folder.source.open(folder.ref('a.bin'), {}, signal)
      expect(file.stats.size).toBe(1_300_000n)
      expect(await readAll(file)).toEqual(bytes)
      await file.verify()
      expect(await file.read(Buffer.alloc(10), 0, 10, 1_300_000)).toEqual({ bytesRead: 0 })
      const space = Buffer.alloc(10)
      expect(await file.read(space, 4, 6, 100)).toEqual({ bytesRead: 6 })
      expect(space).toEqual(Buffer.concat([Buffer.alloc(4), bytes.subarray(100, 106)]))
    })

    test('an empty file has no bytes', async () => {
      const folder = createFolder()
      folder.write('a', '')
      expect(await read(folder.source, folder.ref('a'))).toBe('')
      await using file = await folder.source.open(folder.ref('a'), {}, signal)
      expect(await file.read(Buffer.alloc(1), 0, 1, 0)).toEqual({ bytesRead: 0 })
    })

    test('a file that changes between two pieces is refused', async () => {
      const folder = createFolder()
      folder.write('a.txt', 'one')
      const ref = folder.ref('a.txt')
      const { etag } = await folder.source.read(ref, { offset: 0, length: 1, etag: null }, signal)
      expect((await folder.source.read(ref, { offset: 1, length: 1, etag }, signal)).etag).toBe(etag)
      folder.append('a.txt', ' more')
      await expectCode(folder.source.read(ref, { offset: 2, length: 1, etag }, signal), 'Conflict')
    })

    test.each([
      ['grows', (path: string) => appendFileSync(path, 'more')],
      ['shrinks', (path: string) => writeFileSync(path, 'x'.repeat(200_000))],
      ['is written to', (path: string) => writeFileSync(path, 'other', { flag: 'r+' })],
    ])('an open file that %s is noticed before its end', async (_what, change) => {
      const folder = createFolder()
      folder.write('a.bin', Buffer.alloc(1_300_000))
      await using file = await folder.source.open(folder.ref('a.bin'), {}, signal)
      change(folder.path('a.bin'))
      const whole = async () => {
        const bytes = await readAll(file)
        await file.verify()
        if (bytes.length < 1_300_000) throw Object.assign(new Error('it is shorter'), { code: 'Conflict' })
      }
      await expect(whole()).rejects.toMatchObject({ code: 'Conflict' })
    })

    test('a path that does not exist is not found', async () => {
      const folder = createFolder()
      folder.write('a.txt')
      for (const missing of ['gone', 'gone/deeper', 'a.txt/below']) {
        await expectCode(folder.list({ path: folder.path(missing) }), 'NotFound')
        await expectCode(folder.source.stat(folder.ref(missing), signal), 'NotFound')
        await expectCode(read(folder.source, folder.ref(missing)), 'NotFound')
        await expectCode(folder.source.open(folder.ref(missing), {}, signal), 'NotFound')
      }
    })

    test('a path that is not absolute, or has a NUL, is refused', async () => {
      const { source } = createFolder()
      for (const path of ['a.txt', '.', '../a', 'a\0b', '/a\0b', '']) {
        await expectCode(source.list({ ...order, path, limit: 1, offset: 0 }, signal), 'InvalidInput')
        await expectCode(source.stat({ path }, signal), 'InvalidInput')
        await expectCode(read(source, { path }), 'InvalidInput')
        await expectCode(source.open({ path }, {}, signal), 'InvalidInput')
      }
    })

    test('a name that no file system takes is refused', async () => {
      const folder = createFolder()
      await expectCode(read(folder.source, folder.ref('x'.repeat(4_000))), 'InvalidInput')
    })

    test('a folder is not read like a file, and a pipe is not waited for', async () => {
      const folder = createFolder()
      folder.write('day/a')
      execFileSync('mkfifo', [folder.path('pipe')])
      for (const each of ['day', 'pipe']) {
        await expectCode(read(folder.source, folder.ref(each)), 'InvalidInput')
        await expectCode(folder.source.open(folder.ref(each), {}, signal), 'InvalidInput')
      }
    })

    test.skipIf(process.getuid?.() === 0)('what this user may not read is refused', async () => {
      const folder = createFolder()
      folder.write('closed/a.txt')
      folder.write('b.txt')
      chmodSync(folder.path('closed'), 0)
      chmodSync(folder.path('b.txt'), 0)
      try {
        await expectCode(folder.list({ path: folder.path('closed') }), 'PermissionDenied')
        await expectCode(read(folder.source, folder.ref('closed/a.txt')), 'PermissionDenied')
        await expectCode(read(folder.source, folder.ref('b.txt')), 'PermissionDenied')
        expect((await folder.list()).total).toBe(2)
      } finally {
        chmodSync(folder.path('closed'), 0o700)
      }
    })

    test('a link is listed as a link, and reading it reads the file that it leads to', async () => {
      const folder = createFolder()
      folder.write('day/a.txt', 'one')
      symlinkSync('day/a.txt', folder.path('link'))
      symlinkSync('day', folder.path('way'))
      symlinkSync('gone', folder.path('dangling'))
      symlinkSync('loop', folder.path('loop'))
      const kinds = (await folder.list()).items.map((entry) => `${entry.name} ${entry.kind}`)
      expect(kinds.toSorted()).toEqual([
        'dangling symlink',
        'day directory',
        'link symlink',
        'loop symlink',
        'way symlink',
      ])
      expect(await read(folder.source, folder.ref('link'))).toBe('one')
      expect(await read(folder.source, folder.ref('way/a.txt'))).toBe('one')
      await expectCode(read(folder.source, folder.ref('dangling')), 'NotFound')
      await expectCode(read(folder.source, folder.ref('loop')), 'InvalidInput')
    })

    test('a call with an aborted signal ends, and so does one that is aborted while it waits', async () => {
      const folder = createFolder()
      for (let n = 0; n < 2_000; n++) folder.write(`${n}.txt`, '')
      const calls = (given: AbortSignal) =>
        [
          folder.source.list({ ...order, path: folder.path(''), limit: 10, offset: 0 }, given),
          folder.source.browse({ path: folder.path(''), scope: 'current', content: false, limit: 10 }, given),
        ].map((call) => expect(call).rejects.toThrow(/no longer wanted|enough|abort|cancel/i))
      const over = AbortSignal.abort(new Error('no longer wanted'))
      await Promise.all(calls(over))
      const controller = new AbortController()
      const waiting = calls(controller.signal)
      controller.abort(new Error('enough'))
      await Promise.all(waiting)
      expect((await folder.list({ limit: 1 })).total).toBe(2_000)
    })

    test('an archive is listed in pages, and another file is not', async () => {
      const folder = createFolder()
      const names = Array.from({ length: 450 }, (_, n) => `day/${1_000 + n}.txt`)
      folder.write('trip.zip', makeZip(Object.fromEntries(names.map((each) => [each, 'x']))))
      folder.write('letter.txt', 'no archive')
      const page = { path: folder.path('trip.zip'), limit: 1_000, offset: 10 }
      const { format, items, total } = await folder.source.archive(page, signal)
      expect([format, total, items.map(({ path }) => path)]).toEqual(['zip', 450, names.slice(10)])
      await expectCode(folder.source.archive({ ...page, path: folder.path('letter.txt') }, signal), 'Unsupported')
    })

    test('a file without a known content has no thumbnail', async () => {
      const folder = createFolder()
      folder.write('a.txt')
      expect(await folder.source.thumb(folder.ref('a.txt'), 'grid@2x', signal)).toMatchObject({ state: 'none' })
    })

    test('nothing has a content that is in no library', async () => {
      const { source } = createFolder()
      const content = ContentId.parse('3f2504e0-4f89-51d3-9a0c-0305e82c3301')
      expect(await source.where(content, signal)).toMatchObject({ online: true, files: [] })
      await expectCode(source.read({ content }, { offset: 0, length: 1, etag: null }, signal), 'NotFound')
      await expectCode(source.open({ content }, {}, signal), 'NotFound')
    })

    test('each place that a user starts from can be listed', async () => {
      const { source } = createFolder()
      const places = await source.places(signal)
      for (const { path } of places.slice(0, 3)) {
        const ref = pathRef(path)
        if (!('path' in ref)) throw new Error(`${path} is no path`)
        await source.list({ ...order, path: ref.path, limit: 1, offset: 0 }, signal)
      }
      expect(places.length).toBeGreaterThan(0)
    })

    test.runIf(isLocal)('a file of this device is opened at its path, and not fetched', async () => {
      const folder = createFolder()
      folder.write('a.txt')
      expect(await folder.source.localPath(folder.ref('a.txt'), signal)).toBe(folder.path('a.txt'))
      await expectCode(folder.source.fetches([folder.ref('a.txt')], signal), 'InvalidInput')
    })

    test.skipIf(isLocal)('a file of another place has no path here, and a transfer brings it', async () => {
      const folder = createFolder()
      const refs = [folder.ref('a.txt'), folder.ref('b.txt')]
      expect(await folder.source.localPath(refs[0]!, signal)).toBeNull()
      expect(await folder.source.fetches(refs, signal)).toMatchObject([{ title: 'a.txt and 1 more' }])
    })

    test('a caller that may only see the libraries is refused a file in no location', async () => {
      const folder = createFolder()
      folder.write('a.txt')
      await expectCode(folder.source.requireInLibraries(folder.ref('a.txt')), 'PermissionDenied')
      await expectCode(folder.source.requireInLibraries(folder.ref('gone.txt')), 'PermissionDenied')
    })

    test.runIf(canWatch)('a watched folder tells of a new file', async () => {
      const folder = createFolder()
      const { source } = folder
      const watch = (path: string, onChange: () => void) => source.watch!(path, onChange)
      let changes = 0
      const watching = await watch(folder.path(''), () => void changes++)
      folder.write('a.txt')
      await until(() => changes > 0)
      watching[Symbol.dispose]()
      await expectCode(
        watch(folder.path('gone'), () => {}),
        'NotFound',
      )
      await expectCode(
        watch(folder.path('a.txt'), () => {}),
        'InvalidInput',
      )
    })

    // The last test: afterwards the source is gone.
    test.skipIf(isLocal)('a source that is offline says so', async () => {
      const folder = createFolder()
      folder.write('a.bin', Buffer.alloc(1_300_000))
      await using file = await folder.source.open(folder.ref('a.bin'), {}, signal)
      await world.goOffline?.()
      // Side by side, because each of them waits until the device has been looked for.
      await Promise.all([
        expectOffline(folder.list()),
        expectOffline(folder.source.stat(folder.ref('a.bin'), signal)),
        expectOffline(read(folder.source, folder.ref('a.bin'))),
        expectOffline(folder.source.open(folder.ref('a.bin'), {}, signal)),
        expectOffline(file.read(Buffer.alloc(10), 0, 10, 1_000_000)),
      ])
      const content = ContentId.parse('3f2504e0-4f89-51d3-9a0c-0305e82c3301')
      expect(await folder.source.where(content, signal)).toMatchObject({ online: false, files: null })
    })
  })
}

/** A new folder of the source, with what a test puts there. */
class Folder {
  readonly source: FileSource
  readonly #path: string

  constructor({ root, source }: FileSourceWorld) {
    this.source = source
    this.#path = realpathSync(mkdtempSync(join(root, 'folder-')))
  }

  path(below: string): string {
    return below === '' ? this.#path : `${this.#path}/${below}`
  }

  ref(below: RawName): FileRef {
    return { path: below === '' ? this.#path : pathText(joinName(this.#path, below)) }
  }

  write(below: RawName, content: string | Uint8Array = 'x'): void {
    const path = Buffer.from(nameBytes(joinName(this.#path, below)))
    mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true })
    writeFileSync(path, content)
  }

  append(below: string, content: string): void {
    appendFileSync(this.path(below), content)
  }

  list(rest: { path?: string; limit?: number; offset?: number; reverse?: boolean } = {}) {
    return this.source.list({ ...order, path: this.#path, limit: 100, offset: 0, ...rest }, signal)
  }
}

function textOf(entry: Entry): string {
  const ref = refOf(entry)
  if (!('path' in ref)) throw new Error(`${entry.path} is no path`)
  return ref.path
}

function refOf(entry: Entry): FileRef {
  return pathRef(pathText(bytesToName(nameBytes(entryPath(entry)))))
}

async function read(source: FileSource, ref: FileRef): Promise<string> {
  const { bytes } = await source.read(ref, { offset: 0, length: 1_000, etag: null }, signal)
  return Buffer.from(bytes).toString()
}

async function readAll(file: Awaited<ReturnType<FileSource['open']>>): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let at = 0; ;) {
    const space = Buffer.alloc(MAX_PIECE_BYTES)
    const { bytesRead } = await file.read(space, 0, space.length, at)
    if (bytesRead === 0) return Buffer.concat(parts)
    parts.push(space.subarray(0, bytesRead))
    at += bytesRead
  }
}

async function expectCode(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await expect(promise).rejects.toMatchObject({ name: 'CoreError', code })
}

async function expectOffline(promise: Promise<unknown>): Promise<void> {
  await expect(promise).rejects.toMatchObject({ code: expect.stringMatching(/^(Offline|Unavailable)$/) })
}
