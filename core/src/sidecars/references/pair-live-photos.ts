/** The capture time of a photo or a video, according to its metadata. */
export interface Taken {
  readonly identifier: string | null
  readonly atMs: number | null
  readonly clockMs: number | null
  readonly durationMs: number | null
}

/** A file that may be half of a Live Photo. */
export interface Half {
  readonly entryId: number
  readonly contentId: number
  /** The folder: its row id, and a text that stays the same when the index is rebuilt. */
  readonly folderId: number
  readonly folder: string
  readonly name: string
  readonly modifiedMs: number
  readonly taken: Taken
}

export interface Pair {
  readonly photo: Half
  readonly video: Half
  readonly by: 'identifier' | 'name'
}

/**
 * Limit on the length of a Live Photo's video. It lasts about 3 seconds, on other phones up to 5; a longer video is a
 * separate film.
 */
const MAX_VIDEO_MS = 10_000
/**
 * Limit on the difference of capture times: the photo is taken during the video, and both clocks count whole seconds.
 */
const MAX_CAPTURE_GAP_MS = 5_000
/**
 * Limit on the difference of modification times, used if the time zone of the video is unknown: then capture times
 * that agree except for the zone are not enough. The limit allows for a large file that was copied over a slow line.
 */
const MAX_MODIFIED_GAP_MS = 60_000
/** Time zones differ from UTC by multiples of a quarter of an hour, up to this limit. */
const ZONE_STEP_MS = 900_000
const MAX_ZONE_MS = 50_400_000
/** Limit on files whose names differ only in case and extension. Real folders have fewer. */
const MAX_NAMESAKES = 32

/** The extensions of photos, by preference: an iPhone's original comes before converted copies. */
const photoOrder = ['heic', 'heif', 'jpg', 'jpeg']

/**
 * Finds the photo that belongs to each video. Photos with the same identifier are preferred: first those in the same
 * folder with the same name, then in the same folder, then anywhere. Without an identifier, a pair needs the same
 * folder, the same name, and matching capture times. Less evidence is not enough, because a film from the same minute
 * may be a separate film. A content belongs to at most one pair. Among equals, the first by path wins, so the result
 * does not depend on the order in which files were found. Linear in the number of files, except for sorting.
 */
export function pairLivePhotos(photos: readonly Half[], videos: readonly Half[]): Pair[] {
  const pairs = new Pairs()
  const inOrder = videos.toSorted(byPath)
  const candidates = photos.toSorted((a, b) => orderOf(a) - orderOf(b) || byPath(a, b))
  const identified = candidates.filter(({ taken }) => taken.identifier !== null)
  for (const keyOf of [
    (half: Half) => key(half.taken.identifier, half.folderId, stemOf(half.name)),
    (half: Half) => key(half.taken.identifier, half.folderId),
    (half: Half) => key(half.taken.identifier),
  ]) {
    const groups = queues(identified, keyOf)
    for (const video of inOrder) {
      if (video.taken.identifier === null || pairs.has(video)) continue
      const photo = groups.get(keyOf(video))?.next(pairs)
      if (photo) pairs.add({ photo, video, by: 'identifier' })
    }
  }
  const namesakes = Map.groupBy(candidates, (photo) => key(photo.folderId, stemOf(photo.name)))
  const whole = Map.groupBy(candidates, (photo) => key(photo.folderId, photo.name.toLowerCase()))
  for (const video of inOrder) {
    if (pairs.has(video) || (video.taken.durationMs ?? Infinity) > MAX_VIDEO_MS) continue
    const name = key(video.folderId, stemOf(video.name))
    // Matches `IMG_1.HEIC.MOV` as well as `IMG_1.MOV`.
    const among = [...(namesakes.get(name) ?? []), ...(whole.get(name) ?? [])].slice(0, MAX_NAMESAKES)
    const photo = among.find((each) => !pairs.has(each) && belongTogether(each, video))
    if (photo) pairs.add({ photo, video, by: 'name' })
  }
  return pairs.list
}

/** The name without its extension, in lower case. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return (dot < 0 ? name : name.slice(0, dot)).toLowerCase()
}

export function extensionOfName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase()
}

function belongTogether({ taken: photo, ...photoFile }: Half, { taken: video, ...videoFile }: Half): boolean {
  if (photo.identifier !== null && video.identifier !== null) return photo.identifier === video.identifier
  const modifiedGap = Math.abs(photoFile.modifiedMs - videoFile.modifiedMs)
  const gap = captureGapMs(photo, video) ?? (modifiedGap <= MAX_MODIFIED_GAP_MS ? zonedGapMs(photo, video) : null)
  return gap !== null && gap <= MAX_CAPTURE_GAP_MS
}

/** The time between the two captures; null if either time is missing, or if their clocks cannot be compared. */
function captureGapMs(photo: Taken, video: Taken): number | null {
  if (photo.atMs !== null && video.atMs !== null && video.clockMs !== null) return Math.abs(photo.atMs - video.atMs)
  if (photo.clockMs === null || video.clockMs === null) return null
  return Math.abs(photo.clockMs - video.clockMs)
}

/** Like `captureGapMs` for a video whose time has no zone; null if either time is missing. */
function zonedGapMs(photo: Taken, video: Taken): number | null {
  if (photo.clockMs === null || video.atMs === null || video.clockMs !== null) return null
  // The video's time is in UTC, or in local time if its maker did not know the zone. The zone is the nearest multiple
  // of a quarter of an hour.
  const difference = photo.clockMs - video.atMs
  const zone = Math.round(difference / ZONE_STEP_MS) * ZONE_STEP_MS
  return Math.abs(zone) <= MAX_ZONE_MS ? Math.abs(difference - zone) : Infinity
}

class Pairs {
  readonly list: Pair[] = []
  readonly #taken = new Set<number>()

  has({ contentId }: Half): boolean {
    return this.#taken.has(contentId)
  }

  add(pair: Pair): void {
    this.list.push(pair)
    this.#taken.add(pair.photo.contentId).add(pair.video.contentId)
  }
}

/** Photos in order. Each photo is examined only once. */
class Queue {
  readonly #photos: readonly Half[]
  #at = 0

  constructor(photos: readonly Half[]) {
    this.#photos = photos
  }

  next(pairs: Pairs): Half | undefined {
    while (this.#at < this.#photos.length && pairs.has(this.#photos[this.#at]!)) this.#at++
    return this.#photos[this.#at]
  }
}

function queues(photos: readonly Half[], keyOf: (half: Half) => string): Map<string, Queue> {
  const groups = Map.groupBy(photos, keyOf)
  return new Map([...groups].map(([name, group]) => [name, new Queue(group)]))
}

function key(...parts: readonly (string | number | null)[]): string {
  return parts.join('\0')
}

function orderOf({ name }: Half): number {
  return photoOrder.indexOf(extensionOfName(name))
}

function byPath(a: Half, b: Half): number {
  return compare(a.folder, b.folder) || compare(a.name, b.name)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
