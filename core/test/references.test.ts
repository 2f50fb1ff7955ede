import { statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { film, livePhoto } from '../testing/media/index.ts'

const { signal } = new AbortController()
const identifier = '7C3A1D5E-0F7B-4F0C-9A54-2B1F0F6A9E11'
const taken = '2024:05:01 10:20:30'
const offset = '+02:00'
const created = '2024-05-01T10:20:31+0200'

/** What a file has of others, as `kind variant.format → file by how`. */
async function companions(t: TestCore, path: string): Promise<string[]> {
  const contentId = await t.library.files.contentOf(t.path(path), signal)
  const items = await t.library.sidecars.views.list(contentId)
  return items.map(
    ({ engine, format, kind, path: at, source, state, variant }) =>
      `${kind} ${variant}.${format} ${source} ${state} ${at?.slice(t.root.length + 1)} by ${engine?.name}`,
  )
}

const byIdentifier = (path: string, format = 'mov') =>
  `live-photo-video default.${format} reference ready ${path} by content identifier`
const byName = (path: string, format = 'mov') =>
  `live-photo-video default.${format} reference ready ${path} by name and time`

/** Has the folder looked at again, and waits until all that follows is done. */
async function rescan(t: TestCore): Promise<void> {
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
}

test('a video with the identifier of a photo is a part of it, whatever the two are called', async () => {
  await using t = await createTestCore()
  t.write('2024/IMG_1.HEIC', livePhoto('heic', { identifier, taken, offset }))
  t.write('elsewhere/clip.mov', film('qt  ', { identifier, created: '2011-01-01T00:00:00Z', durationMs: 60_000 }))
  t.write('2024/IMG_1.MP4', film('isom', { durationMs: 3_000 }))
  await t.add({ mode: 'content' })
  await t.settle()
  expect(await companions(t, '2024/IMG_1.HEIC')).toEqual([byIdentifier('elsewhere/clip.mov')])
  const [video] = await t.library.sidecars.views.list(
    await t.library.files.contentOf(t.path('2024/IMG_1.HEIC'), signal),
  )
  expect(video).toMatchObject({ size: statSync(t.path('elsewhere/clip.mov')).size, attempts: 0, error: null })
  expect(video!.checksum).toMatch(/^[0-9a-f]{64}$/)
  expect(await t.library.sidecars.upkeep.verify(signal)).toEqual({ checked: 1, problems: [] })
})

test('without identifiers a video of the same name is a part of the photo it was taken with', async () => {
  await using t = await createTestCore()
  t.write('a/IMG_1.JPG', livePhoto('jpg', { taken, offset, description: '1' }))
  t.write('a/img_1.mov', film('qt  ', { created, pictures: '1' }))
  // A clock without a zone, and a film that counts in UTC.
  t.write('a/IMG_2.jpg', livePhoto('jpg', { taken, description: '2' }))
  t.write('a/IMG_2.mp4', film('isom', { createdMs: Date.parse('2024-05-01T08:20:33Z'), pictures: '2' }))
  // Taken an hour later, and too long a film.
  t.write('a/IMG_3.jpg', livePhoto('jpg', { taken, offset, description: '3' }))
  t.write('a/IMG_3.mov', film('qt  ', { created: '2024-05-01T11:20:31+0200', pictures: '3' }))
  t.write('a/IMG_4.jpg', livePhoto('jpg', { taken, offset, description: '4' }))
  t.write('a/IMG_4.mov', film('qt  ', { created, durationMs: 60_000, pictures: '4' }))
  // Neither has a clock: written in the same minute, and not. Neither is evidence enough.
  t.write('a/IMG_5.jpg', livePhoto('jpg', { description: '5' }))
  t.write('a/IMG_5.mov', film('qt  ', { pictures: '5' }))
  t.write('a/IMG_6.jpg', livePhoto('jpg', { description: '6' }))
  const late = t.write('a/IMG_6.mov', film('qt  ', { pictures: '6' }))
  utimesSync(late, 1_700_000_000, 1_700_000_000)
  // In another folder.
  t.write('a/IMG_7.jpg', livePhoto('jpg', { taken, offset, description: '7' }))
  t.write('b/IMG_7.mov', film('qt  ', { created, pictures: '7' }))
  await t.add({ mode: 'content' })
  await t.settle()
  const found = await Promise.all(
    [1, 2, 3, 4, 5, 6, 7].map((n) => companions(t, `a/IMG_${n}.${n === 1 ? 'JPG' : 'jpg'}`)),
  )
  expect(found).toEqual([[byName('a/img_1.mov')], [byName('a/IMG_2.mp4', 'mp4')], [], [], [], [], []])
})

test('a reference follows its video when it is renamed, and goes and comes with photo and video', async () => {
  await using t = await createTestCore()
  t.write('IMG_1.HEIC', livePhoto('heic', { identifier, taken, offset }))
  t.write('IMG_1.MOV', film('qt  ', { identifier, created }))
  // The rescans alone look: what they make must not wait for the watch, nor be in its way.
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  t.move('IMG_1.MOV', 'moved/clip.MOV')
  await rescan(t)
  expect(await companions(t, 'IMG_1.HEIC')).toEqual([byIdentifier('moved/clip.MOV')])
  // A copy stands in for the video that goes.
  t.write('copy/IMG_1.MOV', film('qt  ', { identifier, created }))
  t.remove('moved/clip.MOV')
  await rescan(t)
  expect(await companions(t, 'IMG_1.HEIC')).toEqual([byIdentifier('copy/IMG_1.MOV')])
  t.remove('copy')
  await rescan(t)
  expect(await companions(t, 'IMG_1.HEIC')).toEqual([])
  t.write('IMG_1.MOV', film('qt  ', { identifier, created, pictures: 'another cut' }))
  await rescan(t)
  expect(await companions(t, 'IMG_1.HEIC')).toEqual([byIdentifier('IMG_1.MOV')])
  const photo = t.path('IMG_1.HEIC')
  const contentId = await t.library.files.contentOf(photo, signal)
  t.remove('IMG_1.HEIC')
  await rescan(t)
  expect(await t.library.sidecars.views.list(contentId)).toEqual([])
  // A video whose bytes are others now is another content, and belongs to it still.
  t.write('IMG_1.HEIC', livePhoto('heic', { identifier, taken, offset }))
  t.write('IMG_1.MOV', film('qt  ', { identifier, created, pictures: 'cut once more' }))
  await rescan(t)
  expect(await companions(t, 'IMG_1.HEIC')).toEqual([byIdentifier('IMG_1.MOV')])
  expect(await t.library.sidecars.upkeep.verify(signal)).toEqual({ checked: 1, problems: [] })
})

test('a video that comes later is found by the watch, and nothing is read twice', async () => {
  await using t = await createTestCore()
  t.write('IMG_1.HEIC', livePhoto('heic', { identifier, taken, offset }))
  await t.add({ mode: 'content', watch: true })
  await t.settle()
  t.write('IMG_1.MOV', film('qt  ', { identifier, created }))
  await vi.waitFor(async () => expect(await companions(t, 'IMG_1.HEIC')).toEqual([byIdentifier('IMG_1.MOV')]))
  await t.settle()
  const looks = () => t.library.jobs.list().filter(({ name }) => name === 'sidecars.references').length
  const before = looks()
  await rescan(t)
  expect(looks()).toBe(before)
  t.remove('IMG_1.MOV')
  await vi.waitFor(async () => expect(await companions(t, 'IMG_1.HEIC')).toEqual([]))
})

test('a location that wants no live photos has none; what is known stays', async () => {
  await using t = await createTestCore()
  t.write('IMG_1.HEIC', livePhoto('heic', { identifier, taken, offset }))
  t.write('IMG_1.MOV', film('qt  ', { identifier, created }))
  await t.add({ mode: 'content', policy: { 'live-photo-video': 'off' } })
  await t.settle()
  expect(await companions(t, 'IMG_1.HEIC')).toEqual([])
  await t.library.locations.update({ location: t.root, policy: { 'live-photo-video': 'on' } })
  await rescan(t)
  expect(await companions(t, 'IMG_1.HEIC')).toEqual([byIdentifier('IMG_1.MOV')])
})

const xmp = (inside: string) =>
  `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
   xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
   xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" ${inside}</rdf:RDF></x:xmpmeta>`

test('an XMP file belongs to the file it is named after', async () => {
  await using t = await createTestCore()
  t.write('a.jpg', livePhoto('jpg', { description: 'jpg' }))
  t.write('a.cr2', 'II*\0 raw')
  t.write('a.jpg.xmp', xmp('xmp:Rating="4"/>'))
  t.write('a.xmp', xmp('xmp:Rating="2"/>'))
  t.write('b.jpg', livePhoto('jpg', { description: 'b' }))
  t.write('b.nef', 'MM\0* raw')
  t.write('b.xmp', xmp('photoshop:SidecarForExtension="JPG"/>'))
  t.write('c.jpg', livePhoto('jpg', { description: 'c' }))
  t.write('c.xmp', 'no XMP at all')
  await t.add({ mode: 'content' })
  await t.settle()
  const of = (path: string) => `xmp default.xmp reference ready ${path} by file name`
  expect(await companions(t, 'a.jpg')).toEqual([of('a.jpg.xmp')])
  expect(await companions(t, 'a.cr2')).toEqual([of('a.xmp')])
  expect(await companions(t, 'b.jpg')).toEqual([of('b.xmp')])
  expect(await companions(t, 'b.nef')).toEqual([])
  expect(await companions(t, 'c.jpg')).toEqual([])
  const info = await t.library.files.info(t.path('a.jpg'), signal)
  expect(info.metadata).toMatchObject({ xmp: { rating: 4 } })
})

test('a user can make any file a reference of a content, and the file stays in its folder', async () => {
  await using t = await createTestCore()
  const photo = t.write('photo.jpg', livePhoto('jpg', {}))
  const note = t.write('spoken.wav', 'RIFF')
  await t.add({ mode: 'content' })
  const contentId = await t.library.files.contentOf(photo, signal)
  const { id: entryId } = await t.library.files.info(note, signal)
  const of = { contentId, entryId: entryId!, kind: 'transcript' as const, variant: 'spoken', format: 'wav' }
  await t.library.references.create(of, signal)
  expect(await companions(t, 'photo.jpg')).toEqual(['transcript spoken.wav reference ready spoken.wav by undefined'])
  await rescan(t)
  expect(await companions(t, 'photo.jpg')).toHaveLength(1)
  // In the library it could be given up for more room, or made again.
  expect(await t.library.references.preview({ direction: 'in', contentId }, signal)).toMatchObject({ files: 0 })
  await expect(t.library.references.create({ ...of, variant: '../x' }, signal)).rejects.toMatchObject({
    code: 'InvalidInput',
  })
  t.remove('spoken.wav')
  await rescan(t)
  expect(await companions(t, 'photo.jpg')).toEqual([])
})

test('the library’s folder has no file of what is only referred to', async () => {
  await using t = await createTestCore()
  t.write('IMG_1.HEIC', livePhoto('heic', { identifier }))
  t.write('IMG_1.MOV', film('qt  ', { identifier }))
  await t.add({ mode: 'content' })
  await t.settle()
  expect(() => statSync(join(t.library.path, 'sidecars', 'content'))).toThrow('ENOENT')
  expect(await t.library.sidecars.upkeep.cleanup({ dryRun: false }, signal)).toEqual({ files: 0, bytes: 0 })
  expect(await t.library.sidecars.upkeep.reconcile(signal)).toEqual({ adopted: 0, setAside: 0, requeued: 0 })
  expect(await companions(t, 'IMG_1.HEIC')).toHaveLength(1)
})

test('a reference whose file has changed or is gone is told, and put right by looking again', async () => {
  await using t = await createTestCore()
  t.write('IMG_1.HEIC', livePhoto('heic', { identifier }))
  const video = t.write('IMG_1.MOV', film('qt  ', { identifier, pictures: 'one' }))
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const { mtime, atime } = statSync(video)
  t.write('IMG_1.MOV', film('qt  ', { identifier, pictures: 'two' }))
  utimesSync(video, atime, mtime)
  const problems = async () => (await t.library.sidecars.upkeep.verify(signal)).problems.map(({ problem }) => problem)
  expect(await problems()).toEqual(['checksum'])
  t.remove('IMG_1.MOV')
  expect(await problems()).toEqual(['missing'])
  await t.library.sidecars.upkeep.reconcile(signal)
  await t.settle()
  expect(await problems()).toEqual([])
  expect(await companions(t, 'IMG_1.HEIC')).toEqual([])
})

test('a window of a listing marks the Live Photos and their videos that are in it', async () => {
  await using t = await createTestCore()
  t.write('IMG_1.HEIC', livePhoto('heic', { identifier, taken, offset }))
  t.write('IMG_1.MOV', film('qt  ', { identifier, created }))
  t.write('other.txt')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const marked = async (row: number) => {
    const input = { path: t.root, sort: 'name', reverse: false, foldersFirst: true, all: false, thumbs: false } as const
    const { items } = await t.library.files.list({ ...input, limit: 1, offset: row }, signal)
    return items.map(({ livePhoto: isLive, name, partOf }) => [name, isLive, partOf?.kind, partOf?.name])
  }
  expect(await marked(0)).toEqual([['IMG_1.HEIC', true, undefined, undefined]])
  expect(await marked(1)).toEqual([['IMG_1.MOV', undefined, 'live-photo-video', 'IMG_1.HEIC']])
  expect(await marked(2)).toEqual([['other.txt', undefined, undefined, undefined]])
})
