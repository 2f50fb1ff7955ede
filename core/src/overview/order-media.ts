import { entryKindNumbers, fileTypeNumbers, sidecarKindNumbers } from '../domain/stored-lists.ts'
import type { ReadDatabase } from '../db/sqlite.ts'
import { withTuples } from '../db/typed-rows.ts'
import type { MediaType } from '../domain/media.ts'
import { cameraName, camerasCalled, camerasLike, readCameras } from './cameras.ts'
import { inChunks } from './in-chunks.ts'
import { isIcon, isScreenshot } from './icons-and-screenshots.ts'
import { dayAt, LocalClock, monthAt, readClock, type ClockRange } from '../util/local-clock.ts'

/** A folder of a volume; its path ends in a slash, or is empty. */
export interface VolumeFolder {
  readonly volumeId: number
  readonly path: Uint8Array
}

/** A box in degrees. If it crosses the date line, its `west` is greater than its `east`. */
export interface PlaceBox {
  readonly south: number
  readonly west: number
  readonly north: number
  readonly east: number
}

export interface OrderMediaInput {
  /** Only media below this folder; null for all media. */
  readonly inside: VolumeFolder | null
  /** Folders that are included even if their own names are hidden, innermost first. */
  readonly roots: readonly VolumeFolder[]
  readonly types: readonly MediaType[]
  /** Only photos of the cameras that a user means by this; see `camerasCalled`. */
  readonly camera: string | null
  /** Only photos taken in this box. */
  readonly within: PlaceBox | null
  /** Only media whose own date is in this time; without an own date they do not match. */
  readonly taken: ClockRange | null
  /** Whether icons and screenshots are left out; see `icons-and-screenshots.ts`. */
  readonly photosOnly: boolean
}

/** Photos and videos, newest first. */
export interface MediaOrder {
  readonly ids: Float64Array
  /** The local times, in milliseconds, as if they were UTC. */
  readonly clocks: Float64Array
  /** 1 if the time is from the picture's metadata, 0 if it is from the file. */
  readonly fromMetadata: Uint8Array
  readonly months: { readonly month: string; count: number; fromFile: number }[]
  readonly days: { readonly day: string; count: number; fromFile: number }[]
  /** If no camera has the wanted name: the cameras with similar names. */
  readonly suggestions: readonly string[]
}

/** A photo or video, before it is sorted. */
export interface FoundMedia {
  readonly id: number
  /** The local time, in milliseconds, as if it were UTC. */
  readonly clock: number
  readonly isFromMetadata: boolean
  /** The camera; null if it is not known or was not requested. */
  readonly camera: string | null
  readonly latitude: number | null
  readonly longitude: number | null
}

type Row = readonly [
  id: number,
  parentId: number,
  mtime: number,
  takenAt: string | null,
  type: number,
  name: string | Uint8Array | null,
  width: number | null,
  height: number | null,
  make: string | null,
  model: string | null,
  latitude: number | null,
  longitude: number | null,
]

const LIVE = sidecarKindNumbers['live-photo-video']
const IMAGE = fileTypeNumbers.image
const VIDEO = fileTypeNumbers.video
const FILE = entryKindNumbers.file
const SLASH = 0x2f
const DOT = 0x2e

/** Photos and videos, sorted by the time when they were taken. */
export function orderMedia(db: ReadDatabase, input: OrderMediaInput): MediaOrder {
  const ids: number[] = []
  const clocks: number[] = []
  const sources: number[] = []
  const cameras = input.camera === null ? [] : readCameras(db)
  const hasFilter = input.camera !== null || input.within !== null || input.photosOnly
  for (const { clock, id, isFromMetadata } of findMedia(db, input, { withFacts: hasFilter })) {
    ids.push(id)
    clocks.push(clock)
    sources.push(Number(isFromMetadata))
  }
  const order = Uint32Array.from(ids.keys()).toSorted((a, b) => clocks[b]! - clocks[a]! || ids[b]! - ids[a]!)
  const fromMetadata = Uint8Array.from(order, (i) => sources[i]!)
  const sorted = Float64Array.from(order, (i) => clocks[i]!)
  const months = countPeriods(sorted, fromMetadata, monthAt)
  const days = countPeriods(sorted, fromMetadata, dayAt)
  return {
    ids: Float64Array.from(order, (i) => ids[i]!),
    clocks: sorted,
    fromMetadata,
    months: months.map(({ period, ...counts }) => ({ month: period, ...counts })),
    days: days.map(({ period, ...counts }) => ({ day: period, ...counts })),
    suggestions:
      input.camera !== null && camerasCalled(input.camera, cameras).length === 0
        ? camerasLike(input.camera, cameras)
        : [],
  }
}

/** The photos and videos that match, unordered. `withFacts` also reads cameras and places. */
export function* findMedia(
  db: ReadDatabase,
  { camera, inside, photosOnly, roots, taken: takenIn, types, within }: OrderMediaInput,
  { withFacts }: { withFacts: boolean },
): Generator<FoundMedia, void> {
  const folders = new Folders(db, inside ? [inside, ...roots] : roots)
  const wanted = types.map((type) => fileTypeNumbers[type]).join(', ')
  const from = inside
    ? 'directories p cross join entries e on e.parent_id = p.id and p.volume_id = ? and substr(p.path, 1, length(?)) = ?'
    : 'entries e'
  const facts = withFacts
    ? `e.name, i.width, i.height, ifnull(i.camera_make, v.camera_make), ifnull(i.camera_model, v.camera_model),
       ifnull(i.latitude, v.latitude), ifnull(i.longitude, v.longitude)`
    : 'null, null, null, null, null, null, null'
  const media = `select e.id, e.parent_id, e.mtime,
      case e.type when ${IMAGE} then i.taken_at else ifnull(v.taken_at, v.creation_time) end, e.type, ${facts}
    from ${from} left join image_media i on e.type = ${IMAGE} and i.content_id = e.content_id
    left join video_media v on e.type = ${VIDEO} and v.content_id = e.content_id
    where e.id > ? and e.type in (${wanted}) and e.kind = ${FILE} and e.name not glob '.*'`
  const cameras = camera === null ? null : new Set(camerasCalled(camera, readCameras(db)))
  const clock = new LocalClock()
  const live = liveVideos(db)
  for (const row of rowsOf(db, media, inside)) {
    const [id, parentId, mtime, takenAt, type, name, width, height, make, model, latitude, longitude] = row
    if (live.has(id) || !folders.isShown(parentId)) continue
    const taken = cameraName(make, model)
    if (cameras && (taken === null || !cameras.has(taken))) continue
    if (within && !isWithin(within, latitude, longitude)) continue
    if (photosOnly && type === IMAGE) {
      const picture = {
        name: nameText(name),
        width,
        height,
        hasCamera: taken !== null,
        folder: folders.nameOf(parentId),
      }
      if (isIcon(picture) || isScreenshot(picture)) continue
    }
    const known = takenAt === null ? Number.NaN : readClock(takenAt, clock)
    const isFromMetadata = !Number.isNaN(known)
    if (takenIn && !(known >= takenIn.from && known < takenIn.to)) continue
    yield {
      id,
      clock: isFromMetadata ? known : clock.at(mtime),
      isFromMetadata,
      camera: taken,
      latitude,
      longitude,
    }
  }
}

function isWithin({ east, north, south, west }: PlaceBox, latitude: number | null, longitude: number | null): boolean {
  if (latitude === null || longitude === null || latitude < south || latitude > north) return false
  return west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east
}

function nameText(name: string | Uint8Array | null): string {
  return typeof name === 'string' ? name : Buffer.from(name ?? []).toString('utf8')
}

/** The rows of a folder are read at once, because they are not ordered by id. */
function rowsOf(db: ReadDatabase, media: string, inside: VolumeFolder | null): Iterable<Row> {
  if (!inside) return inChunks<Row>(db, `${media} order by e.id limit ?`)
  const statement = withTuples<Row>(db.prepare(media))
  return statement.all(inside.volumeId, inside.path, inside.path, 0)
}

/** Row ids of videos that are parts of Live Photos. */
function liveVideos(db: ReadDatabase): ReadonlySet<number> {
  const videos = db.prepare(
    `select source_entry_id as id from sidecars where source_entry_id is not null and kind = ${LIVE}`,
  )
  return new Set(videos.all().map(({ id }) => Number(id)))
}

/** `clocks` must be sorted, newest first. */
function countPeriods(
  clocks: Float64Array,
  fromMetadata: Uint8Array,
  periodAt: (clock: number) => { period: string; from: number },
): { readonly period: string; count: number; fromFile: number }[] {
  const periods: { readonly period: string; count: number; fromFile: number }[] = []
  let begin = Number.POSITIVE_INFINITY
  for (const [i, clock] of clocks.entries()) {
    if (clock < begin || periods.length === 0) {
      const { from, period } = periodAt(clock)
      begin = from
      periods.push({ period, count: 0, fromFile: 0 })
    }
    const last = periods.at(-1)!
    last.count++
    last.fromFile += 1 - fromMetadata[i]!
  }
  return periods
}

/** The folders of media. Each folder is looked up only once. */
class Folders {
  readonly #read: ReturnType<ReadDatabase['prepare']>
  readonly #roots: readonly VolumeFolder[]
  readonly #known = new Map<number, { readonly isShown: boolean; readonly name: string }>()

  constructor(db: ReadDatabase, roots: readonly VolumeFolder[]) {
    this.#read = db.prepare('select volume_id, path from directories where id = ?')
    this.#roots = roots
  }

  /** Whether no folder between a root and this folder is hidden. */
  isShown(directoryId: number): boolean {
    return this.#folder(directoryId).isShown
  }

  nameOf(directoryId: number): string {
    return this.#folder(directoryId).name
  }

  #folder(directoryId: number): { readonly isShown: boolean; readonly name: string } {
    let folder = this.#known.get(directoryId)
    if (folder) return folder
    const row = this.#read.get(directoryId)
    const path = Buffer.from((row?.['path'] as Uint8Array | undefined) ?? [])
    const isShown = row !== undefined && !isHidden(Number(row['volume_id']), path, this.#roots)
    folder = {
      isShown,
      name:
        path
          .toString('utf8')
          .split('/')
          .findLast((part) => part !== '') ?? '',
    }
    this.#known.set(directoryId, folder)
    return folder
  }
}

function isHidden(volumeId: number, path: Uint8Array, roots: readonly VolumeFolder[]): boolean {
  const whole = Buffer.from(path)
  const root = roots.find((each) => each.volumeId === volumeId && whole.subarray(0, each.path.length).equals(each.path))
  const below = whole.subarray(root?.path.length ?? 0)
  return below.some((byte, i) => byte === DOT && (i === 0 || below[i - 1] === SLASH))
}
