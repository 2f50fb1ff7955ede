import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Half, pairLivePhotos, stemOf } from './pair-live-photos.ts'

const unknown = { identifier: null, atMs: null, clockMs: null, durationMs: null }

/** Few folders, names, identifiers and contents, so that they meet. */
const file = (extensions: readonly string[], isVideo: boolean) =>
  fc.record({
    contentId: fc.integer({ min: 1, max: 12 }).map((id) => (isVideo ? id + 100 : id)),
    folderId: fc.integer({ min: 1, max: 3 }),
    name: fc.tuple(fc.constantFrom('IMG_1', 'img_1', 'IMG_2', 'IMG_1.HEIC', 'a'), fc.constantFrom(...extensions)),
    identifier: fc.option(fc.constantFrom('A', 'B', 'C'), { nil: null }),
    second: fc.option(fc.constantFrom(0, 3, 8), { nil: null }),
    modifiedMs: fc.constantFrom(0, 30_000, 200_000),
    durationMs: isVideo ? fc.constantFrom(null, 3_000, 60_000) : fc.constant(null),
  })

function halves(
  found: readonly (typeof file extends (...args: never[]) => fc.Arbitrary<infer T> ? T : never)[],
): Half[] {
  // Each content has one set of metadata, and each name is unique in its folder.
  const byContent = new Map(found.map((each) => [each.contentId, each]))
  const byPath = new Map(found.map((each) => [`${each.folderId}/${each.name.join('.')}`, each]))
  return [...byPath.values()].map(({ contentId, folderId, modifiedMs, name }, i) => {
    const { durationMs, identifier, second } = byContent.get(contentId)!
    const atMs = second === null ? null : second * 1_000
    return {
      entryId: contentId * 1_000 + i,
      contentId,
      folderId,
      folder: `1/${folderId}/`,
      name: name.join('.'),
      modifiedMs,
      taken: { ...unknown, identifier, atMs, clockMs: atMs, durationMs },
    }
  })
}

/** The same, by looking at every pair there could be. */
function plainly(photos: readonly Half[], videos: readonly Half[]): string[] {
  const formats = ['heic', 'heif', 'jpg', 'jpeg']
  const formatOf = ({ name }: Half) => formats.indexOf(name.slice(name.lastIndexOf('.') + 1).toLowerCase())
  const path = ({ folder, name }: Half) => `${folder}${name}`
  const rank = (photo: Half, video: Half): number | null => {
    const isBeside = photo.folderId === video.folderId
    const isNamed = isBeside && stemOf(photo.name) === stemOf(video.name)
    const isNamedWhole = isBeside && photo.name.toLowerCase() === stemOf(video.name)
    const [a, b] = [photo.taken, video.taken]
    if (a.identifier !== null && a.identifier === b.identifier) return isNamed ? 1 : isBeside ? 2 : 3
    if (a.identifier !== null && b.identifier !== null) return null
    if (b.durationMs === null || b.durationMs > 10_000) return null
    if (a.atMs === null || b.atMs === null || Math.abs(a.atMs - b.atMs) > 5_000) return null
    return isNamed ? 4 : isNamedWhole ? 5 : null
  }
  const all = photos.flatMap((photo) =>
    videos.flatMap((video) => {
      const found = rank(photo, video)
      return found === null ? [] : [{ photo, video, rank: found }]
    }),
  )
  const order = (a: (typeof all)[number], b: (typeof all)[number]) =>
    Math.min(a.rank, 4) - Math.min(b.rank, 4) ||
    compare(path(a.video), path(b.video)) ||
    a.rank - b.rank ||
    formatOf(a.photo) - formatOf(b.photo) ||
    compare(path(a.photo), path(b.photo))
  const taken = new Set<number>()
  const pairs: string[] = []
  for (const { photo, video } of all.toSorted(order)) {
    if (taken.has(photo.contentId) || taken.has(video.contentId)) continue
    taken.add(photo.contentId).add(video.contentId)
    pairs.push(`${photo.entryId} ${video.entryId}`)
  }
  return pairs.toSorted()
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const photosOf = fc.array(file(['HEIC', 'jpg', 'JPG'], false), { maxLength: 14 }).map(halves)
const videosOf = fc.array(file(['MOV', 'mp4'], true), { maxLength: 14 }).map(halves)
const named = (pairs: ReturnType<typeof pairLivePhotos>) =>
  pairs.map(({ photo, video }) => `${photo.entryId} ${video.entryId}`).toSorted()

test('pairs are those that a look at every pair finds, in whatever order the files come', () => {
  fc.assert(
    fc.property(photosOf, videosOf, fc.infiniteStream(fc.nat()), (photos, videos, noise) => {
      const found = named(pairLivePhotos(photos, videos))
      expect(found).toEqual(plainly(photos, videos))
      const shuffled = <T>(items: readonly T[]) =>
        items.map((item) => [noise.next().value, item] as const).toSorted(([a], [b]) => a - b)
      const again = pairLivePhotos(
        shuffled(photos).map(([, item]) => item),
        shuffled(videos).map(([, item]) => item),
      )
      expect(named(again)).toEqual(found)
    }),
    { numRuns: 2_000 },
  )
})

test('thirty thousand of one identifier, and of one name, are paired in the time it takes to sort them', () => {
  const many = (count: number, from: number, extension: string, identifier: string | null): Half[] =>
    Array.from({ length: count }, (_, i) => ({
      entryId: from + i,
      contentId: from + i,
      folderId: 1,
      folder: '1/',
      name: `${identifier === null ? 'IMG' : i}.${extension}`,
      modifiedMs: 0,
      taken: { ...unknown, identifier, durationMs: 3_000 },
    }))
  const begun = performance.now()
  const one = pairLivePhotos(many(30_000, 0, 'heic', 'A'), many(30_000, 1_000_000, 'mov', 'A'))
  expect(one).toHaveLength(30_000)
  pairLivePhotos(many(15_000, 0, 'heic', null), many(15_000, 1_000_000, 'mov', null))
  // Two seconds on a busy machine; every pair would be a thousand million.
  expect(performance.now() - begun).toBeLessThan(60_000)
})

test('a film is no half of a Live Photo by its minute, nor by a name that is another one', () => {
  const at = (name: string, entryId: number, taken: Partial<Half['taken']> = {}): Half => ({
    entryId,
    contentId: entryId,
    folderId: 1,
    folder: '1/',
    name,
    modifiedMs: 0,
    taken: { ...unknown, ...taken },
  })
  const film = { durationMs: 3_000 }
  const noon = { atMs: 0, clockMs: 0 }
  const pairsOf = (photo: Half, video: Half) => pairLivePhotos([photo], [video]).length
  // The files share only the minute in which they were written.
  expect(pairsOf(at('IMG_1.jpg', 1), at('IMG_1.mov', 2, film))).toBe(0)
  expect(pairsOf(at('IMG_1.jpg', 1, noon), at('IMG_1.mov', 2, film))).toBe(0)
  expect(pairsOf(at('IMG_1.jpg', 1, noon), at('IMG_2.mov', 2, { ...film, ...noon }))).toBe(0)
  expect(pairsOf(at('photo1', 1, noon), at('photo2', 2, { ...film, ...noon }))).toBe(0)
  expect(pairsOf(at('IMG_1.jpg', 1, noon), at('IMG_1.mov', 2, { ...film, ...noon }))).toBe(1)
  expect(pairsOf(at('IMG_1.jpg', 1, { identifier: 'A' }), at('b.mov', 2, { identifier: 'A' }))).toBe(1)
  // A time without a zone counts only if the files were written together.
  const later = { ...at('IMG_1.mov', 2, { ...film, atMs: 3_600_000 }), modifiedMs: 3_600_000 }
  expect(pairsOf(at('IMG_1.jpg', 1, noon), later)).toBe(0)
  expect(pairsOf(at('IMG_1.jpg', 1, noon), { ...later, modifiedMs: 1_000 })).toBe(1)
})
