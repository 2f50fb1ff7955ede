import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changeAtRandom } from './change-at-random.ts'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { DirtyFolder, WatchBackend, WatchBatch, WatchEvents, WatchProblem } from '../src/watching/index.ts'
import { displayName, nameBytes } from '../src/util/file-name.ts'
import { DiskMirror } from './disk-mirror.ts'

export interface WatchBackendSuiteOptions {
  /** Whether the file system has names that are not text. */
  readonly hasByteNames: boolean
}

export type OpenWatchBackend = (events: WatchEvents) => WatchBackend

/** What every `WatchBackend` promises. `open` makes one with short waits. */
export function describeWatchBackend(name: string, open: OpenWatchBackend, options: WatchBackendSuiteOptions): void {
  describe(`watching with ${name}`, () => {
    test('files made, changed in place and deleted are noticed', async () => {
      await using world = new WatchWorld(open)
      world.write('kept.txt', 'one')
      world.write('sub/deep/old.txt', 'old')
      await world.watch()

      world.write('new.txt', 'new')
      expect(await world.differences()).toEqual([])
      truncateSync(world.path('new.txt'), 1)
      expect(await world.differences()).toEqual([])
      appendFileSync(world.path('sub/deep/old.txt'), ' and more')
      expect(await world.differences()).toEqual([])
      unlinkSync(world.path('kept.txt'))
      unlinkSync(world.path('sub/deep/old.txt'))
      expect(await world.differences()).toEqual([])
    })

    test('a file renamed in its folder and into another is noticed at both ends', async () => {
      await using world = new WatchWorld(open)
      world.write('a/one.txt', '1')
      world.folder('b')
      await world.watch()

      renameSync(world.path('a/one.txt'), world.path('a/two.txt'))
      expect(await world.differences()).toEqual([])
      renameSync(world.path('a/two.txt'), world.path('b/three.txt'))
      expect(await world.differences()).toEqual([])
    })

    test('a file saved by renaming another over it is noticed', async () => {
      await using world = new WatchWorld(open)
      world.write('letter.txt', 'first')
      await world.watch()

      world.write('.letter.txt.swp', 'second')
      renameSync(world.path('.letter.txt.swp'), world.path('letter.txt'))
      expect(await world.differences()).toEqual([])
      expect(world.reported('letter.txt')).toBe(true)
    })

    test('a folder made with folders and files in it at once is reported with everything below, 50 times', async () => {
      await using world = new WatchWorld(open)
      await world.watch()

      for (let round = 0; round < 5; round++) {
        for (let i = 0; i < 10; i++) {
          for (const file of ['a/1', 'a/b/2', 'a/b/c/3', 'a/b/c/4']) world.write(`new-${round * 10 + i}/${file}`, 'x')
        }
        expect(await world.differences()).toEqual([])
      }
      for (let i = 0; i < 50; i++) world.write(`new-${i}/a/b/c/later`, 'x')
      expect(await world.differences()).toEqual([])
    })

    test('a whole tree renamed is reported as new, and changes below its new name are noticed', async () => {
      await using world = new WatchWorld(open)
      world.write('old/a/b/file', '1')
      world.folder('elsewhere')
      await world.watch()

      renameSync(world.path('old'), world.path('new'))
      world.write('new/a/b/at-once', '2')
      expect(await world.differences()).toEqual([])
      renameSync(world.path('new'), world.path('elsewhere/newer'))
      expect(await world.differences()).toEqual([])
      world.write('elsewhere/newer/a/b/later', '3')
      appendFileSync(world.path('elsewhere/newer/a/b/file'), 'more')
      expect(await world.differences()).toEqual([])
    })

    test('a tree moved in is reported; moved out, it is gone and no longer watched', async () => {
      await using world = new WatchWorld(open)
      await using outside = new WatchWorld(open)
      outside.write('tree/a/file', '1')
      await world.watch()

      renameSync(outside.path('tree'), world.path('tree'))
      expect(await world.differences()).toEqual([])
      world.write('tree/a/inside', '2')
      expect(await world.differences()).toEqual([])
      renameSync(world.path('tree'), outside.path('tree'))
      expect(await world.differences()).toEqual([])

      world.forgetBatches()
      outside.write('tree/a/outside', '3')
      world.write('sentinel', '4')
      expect(await world.differences()).toEqual([])
      expect(world.dirs().map(({ dir }) => dir)).toEqual(world.dirs().map(() => world.root))
    })

    test('a folder deleted and made again is watched again', async () => {
      await using world = new WatchWorld(open)
      world.write('again/sub/file', '1')
      await world.watch()

      for (let i = 0; i < 20; i++) {
        rmSync(world.path('again'), { recursive: true })
        world.write('again/sub/file', `${i}`)
      }
      expect(await world.differences()).toEqual([])
      world.write('again/sub/later', '2')
      expect(await world.differences()).toEqual([])
    })

    test('a file in the place of a folder, and a folder in the place of a file', async () => {
      await using world = new WatchWorld(open)
      world.write('first/inside', '1')
      world.write('second', '2')
      await world.watch()

      rmSync(world.path('first'), { recursive: true })
      unlinkSync(world.path('second'))
      world.write('first', '1')
      world.write('second/inside', '2')
      expect(await world.differences()).toEqual([])
      world.write('second/later', '3')
      expect(await world.differences()).toEqual([])
    })

    test('two folders that change places over and over end up watched where they are', async () => {
      await using world = new WatchWorld(open)
      world.write('a/deep/in-a', '1')
      world.write('b/deep/in-b', '2')
      await world.watch()

      for (let i = 0; i < 101; i++) {
        renameSync(world.path('a'), world.path('swap'))
        renameSync(world.path('b'), world.path('a'))
        renameSync(world.path('swap'), world.path('b'))
      }
      expect(await world.differences()).toEqual([])
      world.write('a/deep/later', '3')
      world.write('b/deep/later', '4')
      expect(await world.differences()).toEqual([])
    })

    test('nothing is lost of 10,000 files made at once', async () => {
      await using world = new WatchWorld(open)
      for (let i = 0; i < 20; i++) world.folder(`folder-${i}`)
      await world.watch()

      for (let i = 0; i < 10_000; i++) writeFileSync(world.path(`folder-${i % 20}/file-${i}`), 'x')
      expect(await world.differences()).toEqual([])
    })

    test('random changes leave nothing unnoticed', async () => {
      await using world = new WatchWorld(open)
      const seed = Math.floor(Math.random() * 2 ** 32)
      await world.watch()

      for (let round = 0; round < 5; round++) {
        changeAtRandom(world.root, 200, seed + round)
        expect({ seed, differences: await world.differences() }).toEqual({ seed, differences: [] })
      }
    })

    test('a symlink to a folder is not followed', async () => {
      await using world = new WatchWorld(open)
      await using outside = new WatchWorld(open)
      outside.folder('target')
      symlinkSync(outside.path('target'), world.path('before'))
      symlinkSync('.', world.path('loop'))
      await world.watch()
      symlinkSync(outside.path('target'), world.path('after'))
      expect(await world.differences()).toEqual([])

      world.forgetBatches()
      outside.write('target/file', 'x')
      world.write('sentinel', 'x')
      expect(await world.differences()).toEqual([])
      expect(world.dirs().map(({ dir }) => dir)).toEqual(world.dirs().map(() => world.root))
    })

    test('a root that goes is a problem and no deletion; it can be watched again when it is back', async () => {
      await using world = new WatchWorld(open)
      world.write('file', 'x')
      await world.watch()

      renameSync(world.root, `${world.root}.away`)
      await vi.waitFor(() => expect(world.problems.map(({ kind }) => kind)).toContain('root-gone'), WAIT)
      expect(world.batches).toEqual([])
      renameSync(`${world.root}.away`, world.root)
      await world.watch()
      world.write('later', 'x')
      expect(await world.differences()).toEqual([])
    })

    test('a root replaced by another folder is gone', async () => {
      await using world = new WatchWorld(open)
      const madeAt = Date.now()
      await world.watch()

      // Within one tick of the file system's clock, it would have the same inode and birth time.
      await vi.waitUntil(() => Date.now() - madeAt > 100, WAIT)
      rmSync(world.root, { recursive: true })
      mkdirSync(world.root)
      await vi.waitFor(() => expect(world.problems.map(({ kind }) => kind)).toContain('root-gone'), WAIT)
    })

    test('what is not there cannot be watched, and a key stands for one root', async () => {
      await using world = new WatchWorld(open)
      world.write('file', 'x')
      const root = { key: 'x', maxDepth: null }

      await expect(world.backend.watch({ ...root, path: world.path('none') })).rejects.toMatchObject({
        code: 'NotFound',
      })
      await expect(world.backend.watch({ ...root, path: world.path('file') })).rejects.toMatchObject({
        code: 'InvalidInput',
      })
      await world.backend.watch({ ...root, path: world.root })
      await expect(world.backend.watch({ ...root, path: world.root })).rejects.toMatchObject({ code: 'AlreadyExists' })
    })

    test('after unwatch nothing is reported', async () => {
      await using world = new WatchWorld(open)
      world.folder('one')
      world.folder('two')
      await world.watch('one', 'one')
      await world.watch('two', 'two')

      world.write('one/last', 'x')
      await world.unwatch('one')
      await world.unwatch('never watched')
      // Earlier changes may have been reported before.
      world.forgetBatches()
      world.write('one/later', 'x')
      world.write('two/sentinel', 'x')
      expect(await world.differences()).toEqual([])
      expect(world.batches.map(({ key }) => key)).not.toContain('one')
    })

    test('roots may lie within each other: each hears of its own', async () => {
      await using world = new WatchWorld(open)
      world.folder('outer/inner')
      await world.watch('outer', 'outer')
      await world.watch('inner', 'outer/inner')

      world.write('outer/inner/file', 'x')
      world.write('outer/inner/new/file', 'x')
      expect(await world.differences()).toEqual([])
      await world.unwatch('outer')
      world.write('outer/inner/later', 'x')
      world.write('outer/inner/new/later', 'x')
      expect(await world.differences()).toEqual([])
    })

    test('a tree moved from one root into another is gone there and new here', async () => {
      await using world = new WatchWorld(open)
      world.write('one/tree/a/file', 'x')
      world.folder('two')
      await world.watch('one', 'one')
      await world.watch('two', 'two')

      renameSync(world.path('one/tree'), world.path('two/tree'))
      expect(await world.differences()).toEqual([])
      world.write('two/tree/a/later', 'x')
      expect(await world.differences()).toEqual([])
    })

    test('folders the caller has found already need not be found again', async () => {
      await using world = new WatchWorld(open)
      world.folder('known')
      await world.watch()

      world.write('found/a/file', 'x')
      const dirs = ['known', 'found', 'found/a', 'none'].map((dir) => world.path(dir))
      await world.backend.addDirectories('root', dirs)
      await world.backend.addDirectories('root', dirs)
      await world.backend.addDirectories('unknown', dirs)
      expect(await world.differences()).toEqual([])
      world.write('found/a/later', 'x')
      expect(await world.differences()).toEqual([])
    })

    test('below the depth asked for nothing is watched', async () => {
      await using world = new WatchWorld(open)
      world.folder('1/2/3')
      await world.watch('root', '', { maxDepth: 1 })

      world.write('1/2/3/deep', 'x')
      world.write('1/2/also-deep', 'x')
      world.write('1/sentinel', 'x')
      world.write('new/2/deep', 'x')
      await vi.waitFor(() => expect(world.reported('1/sentinel') && world.reported('new/2')).toBe(true), WAIT)
      const deep = [world.path('1/2'), world.path('1/2/3'), world.path('new/2')]
      expect(world.dirs().filter(({ dir }) => deep.includes(displayName(dir)))).toEqual([])
    })

    test('a burst that does not end is reported in parts', async () => {
      await using world = new WatchWorld(open)
      await world.watch()

      let i = 0
      await vi.waitFor(
        () => {
          writeFileSync(world.path(`file-${i++}`), 'x')
          expect(world.batches.length).toBeGreaterThan(2)
        },
        { ...WAIT, interval: 1 },
      )
      expect(await world.differences()).toEqual([])
    })

    test('a listener that is still busy gets one larger batch afterwards', async () => {
      await using world = new WatchWorld(open)
      await world.watch()

      const busy = Promise.withResolvers<void>()
      world.busyUntil = busy.promise
      world.write('first', 'x')
      await vi.waitFor(() => expect(world.batches).toHaveLength(1), WAIT)
      for (let i = 0; i < 10; i++) world.write(`folder/file-${i}`, 'x')
      world.busyUntil = undefined
      busy.resolve()
      expect(await world.differences()).toEqual([])
      expect(world.overlapped).toBe(false)
    })

    test.runIf(options.hasByteNames)('names that are not text are reported as they are', async () => {
      await using world = new WatchWorld(open)
      const folder = bytes(world.path('folder-'), [0xff, 0xfe])
      mkdirSync(folder)
      await world.watch()

      writeFileSync(bytes(folder, [0x2f, 0xe9]), 'x')
      expect(await world.differences()).toEqual([])
      writeFileSync(bytes(world.path('file-'), [0xff]), 'x')
      mkdirSync(bytes(world.path('new-'), [0xff]))
      writeFileSync(bytes(world.path('new-'), [0xff, 0x2f, 0x66]), 'x')
      expect(await world.differences()).toEqual([])
      renameSync(folder, bytes(world.path('moved-'), [0x80]))
      expect(await world.differences()).toEqual([])
      writeFileSync(bytes(world.path('moved-'), [0x80, 0x2f, 0x67]), 'x')
      expect(await world.differences()).toEqual([])
    })
  })
}

/** Differences are awaited this long before they are told. */
const PATIENCE_MS = 180_000
const WAIT = { interval: 25 }

/** A folder of its own, a backend that watches it or parts of it, and what was heard of it. */
class WatchWorld implements AsyncDisposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')))
  readonly backend: WatchBackend
  readonly batches: WatchBatch[] = []
  readonly problems: WatchProblem[] = []
  /** Listeners wait for this. */
  busyUntil: Promise<void> | undefined
  /** Whether a batch of a root came while its last was being dealt with. */
  overlapped = false
  readonly #mirrors = new Map<string, DiskMirror>()
  readonly #busy = new Set<string>()

  constructor(open: OpenWatchBackend) {
    this.backend = open({
      onBatch: (batch) => this.#hear(batch),
      onProblem: (problem) => void this.problems.push(problem),
    })
  }

  path(below: string): string {
    return below === '' ? this.root : join(this.root, below)
  }

  folder(below: string): void {
    mkdirSync(this.path(below), { recursive: true })
  }

  write(below: string, text: string): void {
    this.folder(join(below, '..'))
    writeFileSync(this.path(below), text)
  }

  async watch(key = 'root', below = '', { maxDepth = null }: { maxDepth?: number | null } = {}): Promise<void> {
    await this.backend.watch({ key, path: this.path(below), maxDepth })
    this.#mirrors.set(key, new DiskMirror(this.path(below)))
  }

  async unwatch(key: string): Promise<void> {
    this.#mirrors.delete(key)
    await this.backend.unwatch(key)
  }

  /** In what the disk and the picture of one who looks where told differ, once they no longer do, or after long enough. */
  async differences(): Promise<string[]> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const begun = performance.now()
      const differences = [...this.#mirrors.values()].flatMap((mirror) => mirror.differences())
      if (differences.length === 0 || performance.now() > deadline) return differences
      // A look at very many files leaves as much time to a backend in this thread.
      await setTimeout(Math.max(WAIT.interval, performance.now() - begun))
    }
  }

  dirs(): DirtyFolder[] {
    return this.batches.flatMap((batch) => batch.dirs)
  }

  forgetBatches(): void {
    this.batches.length = 0
  }

  /** Whether a listener was told to look at this path. */
  reported(below: string): boolean {
    const path = this.path(below)
    return this.dirs().some(({ dir, names, subtree }) => {
      if (subtree && `${path}/`.startsWith(`${displayName(dir)}/`)) return true
      return (
        join(path, '..') === dir &&
        (names === null || names.some((name) => join(path, '..', displayName(name)) === path))
      )
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.backend[Symbol.asyncDispose]()
    rmSync(this.root, { recursive: true, force: true })
  }

  async #hear(batch: WatchBatch): Promise<void> {
    if (this.#busy.has(batch.key)) this.overlapped = true
    this.#busy.add(batch.key)
    this.batches.push(batch)
    this.#mirrors.get(batch.key)?.apply(batch)
    await this.busyUntil
    this.#busy.delete(batch.key)
  }
}

function bytes(path: string | Buffer, end: number[]): Buffer {
  return Buffer.concat([Buffer.from(nameBytes(path)), Buffer.from(end)])
}
