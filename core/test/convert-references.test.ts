import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import type { ContentId } from '../src/domain/index.ts'
import { sidecarPath } from '../src/sidecars/files/paths.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { film, type FilmFixture, type LiveFixture, livePhoto } from '../testing/media/index.ts'

vi.setConfig({ testTimeout: 300_000 })

const { signal } = new AbortController()
const identifier = (n: number) => `7C3A1D5E-0F7B-4F0C-9A54-0000000000${String(n).padStart(2, '0')}`
const photo = (n: number) => livePhoto('heic', { identifier: identifier(n) })
const video = (n: number) => film('qt  ', { identifier: identifier(n), pictures: `cut ${n}`.repeat(20_000) })

/** A library with so many Live Photos. */
async function livePhotos(count: number): Promise<TestCore> {
  const t = await createTestCore()
  for (let n = 1; n <= count; n++) {
    t.write(`IMG_${n}.HEIC`, photo(n))
    t.write(`IMG_${n}.MOV`, video(n))
  }
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  return t
}

async function convert(t: TestCore, moves: Parameters<TestCore['library']['references']['convert']>[0]) {
  const { job, conflicts, files } = await t.library.references.convert(moves, { dryRun: false, signal })
  const ended = job && (await t.library.jobs.wait(job.id, signal))
  await t.settle()
  return { files, reasons: conflicts.map(({ path, reason }) => `${basename(path)} ${reason}`), ended }
}

async function videoOf(t: TestCore, n: number) {
  const contentId = await t.library.files.contentOf(t.path(`IMG_${n}.HEIC`), signal)
  return { contentId, items: await t.library.sidecars.views.list(contentId) }
}

/** Where the library keeps the video of a photo, once it is its own. */
function managedVideo(t: TestCore, contentId: ContentId): string {
  const key = { contentId, kind: 'live-photo-video', variant: 'default', format: 'mov' } as const
  return sidecarPath(join(t.library.path, 'sidecars'), key)
}

const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const names = (t: TestCore) => readdirSync(t.root).toSorted()

/** Each file below a folder, with its bytes and its time. */
function tree(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(root, name)).isFile())
    .map((name) => `${name} ${hash(join(root, name))} ${statSync(join(root, name)).mtimeMs}`)
    .toSorted()
}

test('a Live Photo’s video moves into the library, and back, with all its bytes and its time', async () => {
  await using t = await livePhotos(2)
  const before = tree(t.root)
  const { contentId } = await videoOf(t, 1)
  expect(await t.library.references.preview({ direction: 'in', contentId }, signal)).toMatchObject({
    files: 1,
    bytes: video(1).length,
    conflictCount: 0,
  })
  expect(tree(t.root)).toEqual(before)
  expect(await convert(t, { direction: 'in', contentId })).toMatchObject({ files: 1, reasons: [] })
  expect(names(t)).toEqual(['IMG_1.HEIC', 'IMG_2.HEIC', 'IMG_2.MOV'])
  const { items } = await videoOf(t, 1)
  expect(items).toMatchObject([{ kind: 'live-photo-video', source: 'managed', state: 'ready' }])
  expect(readFileSync(items[0]!.path!)).toEqual(Buffer.from(video(1)))
  expect(await t.differences()).toEqual([])
  const { sidecars } = t.library
  expect(await sidecars.upkeep.verify(signal)).toEqual({ checked: 2, problems: [] })
  // It is somebody's own file: nothing that puts things in order takes it away.
  t.remove('IMG_1.HEIC')
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  await sidecars.upkeep.cleanup({ dryRun: false, olderThanMs: 0 }, signal)
  await sidecars.queue.regenerate(contentId, {})
  await sidecars.upkeep.reconcile(signal)
  expect(await sidecars.views.list(contentId)).toMatchObject([{ source: 'managed', state: 'ready' }])
  t.write('IMG_1.HEIC', photo(1))
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  expect(await convert(t, { direction: 'out', contentId })).toMatchObject({ files: 1, reasons: [] })
  const videos = (files: readonly string[]) => files.filter((line) => line.includes('.MOV'))
  expect(videos(tree(t.root))).toEqual(videos(before))
  await vi.waitFor(async () => expect((await videoOf(t, 1)).items).toMatchObject([{ source: 'reference' }]))
  expect(existsSync(join(t.library.path, 'sidecars', 'content'))).toBe(false)
  expect(await t.library.sidecars.upkeep.verify(signal)).toEqual({ checked: 2, problems: [] })
})

/** Photos and films that may seem to belong together, each pair in a folder of its own, and whether they do. */
const pairs: readonly {
  readonly name: string
  readonly photo: readonly [format: 'heic' | 'jpg', of: LiveFixture]
  readonly film: FilmFixture
  /** Where the film is, if not beside its photo. */
  readonly filmIn?: string
  readonly filmName?: string
  /** Seconds between the last changes of the two files. */
  readonly apart?: number
  readonly belongs: boolean
}[] = (['heic', 'jpg'] as const).flatMap((format) => {
  const clock = { taken: '2024:05:01 10:20:30', offset: '+02:00' }
  const created = '2024-05-01T10:20:31+0200'
  return [
    {
      name: 'identifier',
      photo: { identifier: identifier(30) },
      film: { identifier: identifier(30) },
      belongs: true,
    },
    {
      name: 'identifier, another folder and name, other times',
      photo: { ...clock, identifier: identifier(31) },
      film: { identifier: identifier(31), created: '2001-01-01T00:00:00Z' },
      filmIn: 'elsewhere',
      filmName: 'clip.MOV',
      belongs: true,
    },
    { name: 'name and time', photo: clock, film: { created }, belongs: true },
    {
      name: 'only the photo has an identifier',
      photo: { ...clock, identifier: identifier(32) },
      film: { created },
      belongs: true,
    },
    {
      name: 'two identifiers',
      photo: { ...clock, identifier: identifier(33) },
      film: { created, identifier: identifier(34) },
      belongs: false,
    },
    { name: 'name and time, another folder', photo: clock, film: { created }, filmIn: 'elsewhere', belongs: false },
    { name: 'time and folder, another name', photo: clock, film: { created }, filmName: 'IMG_9.MOV', belongs: false },
    { name: 'name, six seconds apart', photo: clock, film: { created: '2024-05-01T10:20:36+0200' }, belongs: false },
    { name: 'name, another zone', photo: clock, film: { created: '2024-05-01T10:20:31+0000' }, belongs: false },
    { name: 'name, a year apart', photo: clock, film: { created: '2025-05-01T10:20:31+0200' }, belongs: false },
    { name: 'name and time, a minute long', photo: clock, film: { created, durationMs: 60_000 }, belongs: false },
    { name: 'name, the film without a time', photo: clock, film: {}, belongs: false },
    { name: 'name, the photo without a time', photo: {}, film: { created }, belongs: false },
    { name: 'name alone', photo: {}, film: {}, belongs: false },
    {
      name: 'a film in UTC, written an hour later',
      photo: { taken: clock.taken },
      film: { createdMs: Date.parse('2024-05-01T08:20:31Z') },
      apart: 3_600,
      belongs: false,
    },
  ].map((each) => ({
    ...each,
    name: `${format}, ${each.name}`,
    photo: [format, { ...each.photo, description: each.name }] as const,
  }))
})

test('only the films that certainly belong to a photo move; every other film stays where it is, unchanged', async () => {
  await using t = await createTestCore()
  const films = pairs.map(
    ({ apart = 0, film: of, filmIn, filmName = 'IMG_1.MOV', name, photo: [format, about] }, i) => {
      // Each format has identifiers of its own.
      const own = <T extends { readonly identifier?: string }>(each: T): T =>
        each.identifier === undefined
          ? each
          : { ...each, identifier: each.identifier.replace('7C3A', format === 'jpg' ? '7C3B' : '7C3A') }
      const beside = t.write(`${i}/IMG_1.${format}`, livePhoto(format, own(about)))
      const path = t.write(
        `${i}/${filmIn === undefined ? '' : `${filmIn}/`}${filmName}`,
        film('qt  ', { ...own(of), pictures: name }),
      )
      const written = statSync(beside).mtimeMs / 1_000
      utimesSync(path, written - apart, written - apart)
      return path
    },
  )
  const before = new Map(tree(t.root).map((line) => [line.split(' ')[0]!, line]))
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const { files, reasons } = await convert(t, { direction: 'in' })
  const gone = films.map((path, i) => ({ pair: pairs[i]!.name, moved: !existsSync(path) }))
  expect(gone).toEqual(pairs.map(({ belongs, name }) => ({ pair: name, moved: belongs })))
  expect({ files, reasons }).toEqual({ files: pairs.filter(({ belongs }) => belongs).length, reasons: [] })
  for (const line of tree(t.root)) expect(before.get(line.split(' ')[0]!)).toBe(line)
  await convert(t, { direction: 'out' })
  expect(new Map(tree(t.root).map((line) => [line.split(' ')[0]!, line]))).toEqual(before)
})

test('deleting a library reports how many files were moved into it and are deleted with it', async () => {
  await using t = await livePhotos(2)
  const { libraries } = t.core
  expect(libraries.previewDelete('Test')).toMatchObject({ movedIn: { files: 0, bytes: 0 } })
  await convert(t, { direction: 'in' })
  const movedIn = { files: 2, bytes: video(1).length + video(2).length }
  expect(libraries.previewDelete('Test')).toMatchObject({ name: 'Test', path: t.library.path, movedIn })
  await libraries.close(t.library.id)
  expect(libraries.previewDelete('Test')).toMatchObject({ movedIn })
  process.env['XDG_DATA_HOME'] = join(t.dataDir, 'xdg')
  const { path, ...deleted } = await libraries.delete({ library: 'Test', keepFiles: false })
  expect(deleted).toMatchObject({ trashed: true, movedIn })
  const videos = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mov'))
  expect(videos).toHaveLength(2)
})

test('a file whose target is occupied stays in place, and a message says so', async () => {
  await using t = await livePhotos(6)
  writeFileSync(t.path('IMG_1.MOV'), 'another film')
  rmSync(t.path('IMG_2.MOV'))
  const open = openSync(t.path('IMG_3.MOV'), 'r+')
  const writer = spawn('sleep', ['1000'], { stdio: [open, 'ignore', 'ignore'] })
  closeSync(open)
  // Somebody else's file in the place where it would go.
  const { contentId } = await videoOf(t, 4)
  const { items } = await videoOf(t, 4)
  const managed = managedVideo(t, contentId)
  mkdirSync(dirname(managed), { recursive: true })
  writeFileSync(managed, 'something else')
  // Another name of the file: it is copied, so that nobody changes it through that.
  linkSync(t.path('IMG_5.MOV'), t.path('other name.bin'))
  const found = await convert(t, { direction: 'in', kind: 'live-photo-video' })
  writer.kill()
  const isLinux = process.platform === 'linux'
  const reasons = ['IMG_1.MOV changed', 'IMG_2.MOV gone', ...(isLinux ? ['IMG_3.MOV open'] : []), 'IMG_4.MOV exists']
  expect(found.reasons.toSorted()).toEqual(reasons)
  expect(existsSync(t.path('IMG_4.MOV'))).toBe(true)
  expect(readFileSync(managed, 'utf8')).toBe('something else')
  expect(items[0]!.source).toBe('reference')
  const [five] = (await videoOf(t, 5)).items
  expect(statSync(five!.path!).nlink).toBe(1)
  expect(existsSync(t.path('IMG_5.MOV'))).toBe(false)
  expect(readFileSync(t.path('other name.bin'))).toEqual(readFileSync(five!.path!))
})

test('converting back never overwrites a file at the original path', async () => {
  await using t = await livePhotos(1)
  await convert(t, { direction: 'in' })
  t.write('IMG_1.MOV', 'somebody’s new film')
  expect(await convert(t, { direction: 'out' })).toMatchObject({ files: 0, reasons: ['IMG_1.MOV exists'] })
  expect(readFileSync(t.path('IMG_1.MOV'), 'utf8')).toBe('somebody’s new film')
  // The same bytes at the place are as good as moved back; a folder that went is made again.
  t.remove('IMG_1.MOV')
  t.write('IMG_1.MOV', video(1))
  expect(await convert(t, { direction: 'out' })).toMatchObject({ files: 1, reasons: [] })
  expect(existsSync(join(t.library.path, 'sidecars', 'content'))).toBe(false)
})

test.skipIf(process.getuid?.() === 0)('a folder that cannot be written to keeps its files', async () => {
  await using t = await livePhotos(1)
  chmodSync(t.root, 0o555)
  const found = await convert(t, { direction: 'in' })
  chmodSync(t.root, 0o755)
  expect(found).toMatchObject({ files: 0, reasons: ['IMG_1.MOV read-only'] })
})

const otherDisk = '/dev/shm'

test.skipIf(!existsSync(otherDisk))('a file on another volume is copied, compared, and then taken away', async () => {
  const root = mkdtempSync(join(otherDisk, 'spacedrive-'))
  try {
    await using t = await createTestCore()
    writeFileSync(join(root, 'IMG_1.HEIC'), photo(1))
    writeFileSync(join(root, 'IMG_1.MOV'), video(1))
    await t.add({ path: root, mode: 'content', watch: false })
    await t.settle()
    const before = tree(root)
    expect(t.library.jobs.list().map(({ error, name, status }) => [name, status, error])).toEqual([
      ['sidecars.references', 'completed', null],
      ['indexing.location', 'completed', null],
    ])
    expect(await convert(t, { direction: 'in' })).toMatchObject({ files: 1, reasons: [] })
    expect(readdirSync(root)).toEqual(['IMG_1.HEIC'])
    expect(readdirSync(join(t.library.path, 'sidecars'))).not.toContain('arriving')
    expect(await t.library.sidecars.upkeep.verify(signal)).toEqual({ checked: 1, problems: [] })
    expect(await convert(t, { direction: 'out' })).toMatchObject({ files: 1, reasons: [] })
    expect(tree(root).map((line) => line.split('.').slice(0, 2))).toEqual(
      before.map((line) => line.split('.').slice(0, 2)),
    )
    expect(readdirSync(root).toSorted()).toEqual(['IMG_1.HEIC', 'IMG_1.MOV'])
  } finally {
    rmSync(root, { recursive: true })
  }
})

/** Puts a move of a video where a kill would have left it, by the index of its state in `conversionStates`. */
async function interrupt(t: TestCore, n: number, state: number): Promise<{ inLibrary: string; original: string }> {
  const { contentId, items } = await videoOf(t, n)
  const original = t.path(`IMG_${n}.MOV`)
  const managed = managedVideo(t, contentId)
  const path = Buffer.from(original)
  await t.library.store.write(async ({ db }) => {
    const row = await db
      .selectFrom('sidecars')
      .selectAll()
      .where('checksum', '=', Uint8Array.from(Buffer.from(items[0]!.checksum!, 'hex')))
      .executeTakeFirstOrThrow()
    const { checksum, content_id, format, id, kind, size, variant } = row
    const about = { job: new Uint8Array(16), content_id, kind, variant, format, path: new Uint8Array(path) }
    const times = { mtime: 0, created_at: 0, updated_at: 0 }
    const of = { source_content_id: content_id, size: size!, checksum: checksum!, state }
    await db
      .insertInto('sidecar_conversions')
      .values({ ...about, ...times, ...of })
      .execute()
    if (state > 0) await db.updateTable('sidecars').set({ source_entry_id: null }).where('id', '=', id).execute()
  })
  mkdirSync(dirname(managed), { recursive: true })
  return { inLibrary: managed, original }
}

test('whatever a kill has left between two steps is ended, or taken back, and nothing is lost', async () => {
  await using t = await livePhotos(9)
  const [MOVING, OWNED, RETURNING] = [0, 1, 3]
  // Written down, nothing done; a second name made; and that, with the first taken away by somebody.
  await interrupt(t, 1, MOVING)
  const named = await interrupt(t, 2, MOVING)
  linkSync(named.original, named.inLibrary)
  const taken = await interrupt(t, 3, MOVING)
  linkSync(taken.original, taken.inLibrary)
  rmSync(taken.original)
  // The library's, and still where it was; and with another file there by now.
  const owned = await interrupt(t, 4, OWNED)
  linkSync(owned.original, owned.inLibrary)
  const replaced = await interrupt(t, 5, OWNED)
  renameSync(replaced.original, replaced.inLibrary)
  writeFileSync(replaced.original, 'somebody’s new film')
  // On the way back: not begun, and at its place.
  const leaving = await interrupt(t, 6, RETURNING)
  renameSync(leaving.original, leaving.inLibrary)
  const back = await interrupt(t, 7, RETURNING)
  renameSync(back.original, back.inLibrary)
  linkSync(back.inLibrary, back.original)
  // The library's, as is written, but it has none; and on the way back to a disk that nobody knows any more.
  const lost = await interrupt(t, 8, OWNED)
  const nowhere = await interrupt(t, 9, RETURNING)
  renameSync(nowhere.original, nowhere.inLibrary)
  const away = Uint8Array.from(Buffer.from(`${t.root}-away/IMG_9.MOV`))
  await t.library.store.write(({ db }) =>
    db
      .updateTable('sidecar_conversions')
      .set({ path: away })
      .where('path', '=', Uint8Array.from(Buffer.from(nowhere.original)))
      .execute(),
  )
  const { contentId } = await videoOf(t, 6)
  await convert(t, { direction: 'in', contentId })
  const places = ({ inLibrary, original }: { inLibrary: string; original: string }) =>
    [original, inLibrary].map((path) => existsSync(path))
  expect(existsSync(t.path('IMG_1.MOV'))).toBe(true)
  expect([named, taken, owned, replaced, leaving, back, lost, nowhere].map(places)).toEqual([
    [true, false],
    [false, true],
    [false, true],
    [true, true],
    [true, false],
    [true, false],
    [true, false],
    [false, true],
  ])
  expect(existsSync(`${t.root}-away`)).toBe(false)
  expect(readFileSync(taken.inLibrary)).toEqual(Buffer.from(video(3)))
  expect(readFileSync(replaced.inLibrary)).toEqual(Buffer.from(video(5)))
  expect(readFileSync(replaced.original, 'utf8')).toBe('somebody’s new film')
  expect((await t.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
  const { items } = await videoOf(t, 2)
  expect(items).toMatchObject([{ source: 'reference', state: 'ready' }])
})

test('a kill at any moment of a move, or of its undoing, loses nothing, and the next start goes on', async () => {
  const count = 16
  const t = await livePhotos(count)
  const { root, dataDir } = t
  const library = t.library.path
  await t.core.close()
  const wanted = new Map(Array.from({ length: count }, (_, i) => [hash(join(root, `IMG_${i + 1}.MOV`)), i + 1]))
  /** Every video is whole somewhere. */
  const assertNothingIsLost = () => {
    const found = [root, join(library, 'sidecars')].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(mov)$/i.test(name))
        .map((name) => hash(join(folder, name))),
    )
    expect([...wanted.keys()].filter((each) => !found.includes(each))).toEqual([])
  }
  let kills = 0
  for (const direction of ['in', 'out']) {
    // Each time a little later, and at last it may end.
    for (let n = 0; (await runAndKill(dataDir, direction, KILLS[n] ?? null)) === 'killed'; n++) {
      kills++
      assertNothingIsLost()
    }
    assertNothingIsLost()
    const videos = readdirSync(root).filter((name) => name.endsWith('.MOV'))
    expect(videos).toHaveLength(direction === 'in' ? 0 : count)
  }
  expect(kills).toBeGreaterThan(KILLS.length)
  await t.restart()
  await t.settle()
  expect(await t.library.sidecars.upkeep.verify(signal)).toEqual({ checked: count, problems: [] })
  expect(await t.differences()).toEqual([])
  expect(readdirSync(join(library, 'sidecars'))).not.toContain('arriving')
  await t[Symbol.asyncDispose]()
})

/** Milliseconds after the start, for each direction; each run goes on where the last one was killed, and the last may end. */
const KILLS = [10, 60, 250]

/** Runs the mover, which is killed so long after it is ready; null: lets it end. */
async function runAndKill(dataDir: string, direction: string, afterMs: number | null): Promise<'done' | 'killed'> {
  const script = fileURLToPath(new URL('./convert-until-killed/convert.ts', import.meta.url))
  const args = [script, dataDir, direction, ...(afterMs === null ? [] : [String(afterMs)])]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  return output.endsWith('done\n') ? 'done' : 'killed'
}
