import { entryKindNumbers, fileTypeNumbers, sidecarKindNumbers } from '../domain/stored-lists.ts'
import type { ReadDatabase } from '../db/sqlite.ts'
import { withTuples } from '../db/typed-rows.ts'
import type { MediaType } from '../domain/media.ts'
import { inChunks } from './in-chunks.ts'
import { LocalClock, monthAt } from './local-clock.ts'

/** A folder of a volume; its path ends in a slash, or is empty. */
export interface VolumeFolder {
  readonly volumeId: number
  readonly path: Uint8Array
}

export interface OrderMediaInput {
  /** Only media below this folder; null: all. */
  readonly inside: VolumeFolder | null
  /** Folders that are included even if their own names are hidden, innermost first. */
  readonly roots: readonly VolumeFolder[]
  readonly types: readonly MediaType[]
}

/** Photos and videos, newest first. */
export interface MediaOrder {
  readonly ids: Float64Array
  /** Clock times, in milliseconds as if they were UTC. */
  readonly clocks: Float64Array
  /** 1 if the time is from the picture's metadata, 0 if it is from the file. */
  readonly fromMetadata: Uint8Array
  readonly months: { readonly month: string; count: number; fromFile: number }[]
}

type Row = readonly [id: number, parentId: number, mtime: number, takenAt: string | null]

const LIVE = sidecarKindNumbers['live-photo-video']
const IMAGE = fileTypeNumbers.image
const VIDEO = fileTypeNumbers.video
const FILE = entryKindNumbers.file
const SLASH = 0x2f
const DOT = 0x2e

/** Sorts photos and videos by the time when they were taken. */
export function orderMedia(db: ReadDatabase, { inside, roots, types }: OrderMediaInput): MediaOrder {
  const isShown = folderTest(db, inside ? [inside, ...roots] : roots)
  const wanted = types.map((type) => fileTypeNumbers[type]).join(', ')
  const from = inside
    ? 'directories p cross join entries e on e.parent_id = p.id and p.volume_id = ? and substr(p.path, 1, length(?)) = ?'
    : 'entries e'
  const media = `select e.id, e.parent_id, e.mtime,
      case e.type when ${IMAGE} then i.taken_at else ifnull(v.taken_at, v.creation_time) end
    from ${from} left join image_media i on e.type = ${IMAGE} and i.content_id = e.content_id
    left join video_media v on e.type = ${VIDEO} and v.content_id = e.content_id
    where e.id > ? and e.type in (${wanted}) and e.kind = ${FILE} and e.name not glob '.*'`
  const clock = new LocalClock()
  const live = liveVideos(db)
  const ids: number[] = []
  const clocks: number[] = []
  const sources: number[] = []
  for (const [id, parentId, mtime, takenAt] of rowsOf(db, media, inside)) {
    if (live.has(id) || !isShown(parentId)) continue
    const taken = takenAt === null ? Number.NaN : readClock(takenAt, clock)
    ids.push(id)
    sources.push(Number(!Number.isNaN(taken)))
    clocks.push(Number.isNaN(taken) ? clock.at(mtime) : taken)
  }
  const order = Uint32Array.from(ids.keys()).toSorted((a, b) => clocks[b]! - clocks[a]! || ids[b]! - ids[a]!)
  const fromMetadata = Uint8Array.from(order, (i) => sources[i]!)
  const sorted = Float64Array.from(order, (i) => clocks[i]!)
  return {
    ids: Float64Array.from(order, (i) => ids[i]!),
    clocks: sorted,
    fromMetadata,
    months: countMonths(sorted, fromMetadata),
  }
}

/** Reads a folder's rows at once, because they are not ordered by id. */
function rowsOf(db: ReadDatabase, media: string, inside: VolumeFolder | null): Iterable<Row> {
  if (!inside) return inChunks<Row>(db, `${media} order by e.id limit ?`)
  const statement = withTuples<Row>(db.prepare(media))
  return statement.all(inside.volumeId, inside.path, inside.path, 0)
}

/** Videos that are parts of Live Photos. */
function liveVideos(db: ReadDatabase): ReadonlySet<number> {
  const videos = db.prepare(
    `select source_entry_id as id from sidecars where source_entry_id is not null and kind = ${LIVE}`,
  )
  return new Set(videos.all().map(({ id }) => Number(id)))
}

/**
 * A camera's clock time: `2024-05-01T10:20:30.042+02:00` is twenty past ten. A time in UTC is converted to this
 * machine's time zone.
 */
function readClock(text: string, here: LocalClock): number {
  const clock = Date.parse(`${text.slice(0, 19)}Z`)
  return text.endsWith('Z') ? here.at(clock) : clock
}

/** `clocks` must be sorted, newest first. */
function countMonths(clocks: Float64Array, fromMetadata: Uint8Array): MediaOrder['months'] {
  const months: MediaOrder['months'] = []
  let begin = Number.POSITIVE_INFINITY
  for (const [i, clock] of clocks.entries()) {
    if (clock < begin || months.length === 0) {
      const { from, month } = monthAt(clock)
      begin = from
      months.push({ month, count: 0, fromFile: 0 })
    }
    const last = months.at(-1)!
    last.count++
    last.fromFile += 1 - fromMetadata[i]!
  }
  return months
}

/** Returns a test that checks, by row id, that no folder between a root and a folder is hidden. */
function folderTest(db: ReadDatabase, roots: readonly VolumeFolder[]): (directoryId: number) => boolean {
  const byId = db.prepare('select volume_id, path from directories where id = ?')
  const known = new Map<number, boolean>()
  return (directoryId) => {
    let isShown = known.get(directoryId)
    if (isShown !== undefined) return isShown
    const row = byId.get(directoryId)
    isShown = row !== undefined && !isHidden(Number(row['volume_id']), row['path'] as Uint8Array, roots)
    known.set(directoryId, isShown)
    return isShown
  }
}

function isHidden(volumeId: number, path: Uint8Array, roots: readonly VolumeFolder[]): boolean {
  const whole = Buffer.from(path)
  const root = roots.find((each) => each.volumeId === volumeId && whole.subarray(0, each.path.length).equals(each.path))
  const below = whole.subarray(root?.path.length ?? 0)
  return below.some((byte, i) => byte === DOT && (i === 0 || below[i - 1] === SLASH))
}
