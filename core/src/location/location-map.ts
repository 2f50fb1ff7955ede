import type { Selectable } from 'kysely'
import { type IndexMode, LocationId, type LocationState, SidecarPolicy } from '../domain/index.ts'
import { RuleSettings } from '../domain/rules.ts'
import type { LocationTable } from '../store/schema/location.ts'
import type { ReadDatabase } from '../db/sqlite.ts'
import { withRows } from '../db/typed-rows.ts'
import { bytesToName, displayName, joinName, nameBytes, nameKey, pathBelow, type RawName } from '../util/file-name.ts'
import { blobToUuid } from '../util/uuid.ts'
import { hasPartialId } from '../util/partial-id.ts'

/** A location with the fields that map paths to rows and back. */
export interface KnownLocation {
  readonly rowId: number
  readonly id: LocationId
  readonly name: string
  /** Absolute, without a slash at the end (except for the file system's root). */
  readonly path: RawName
  readonly directoryId: number
  readonly volumeId: number
  /** The root's path in its volume; ends in a slash, or is empty. */
  readonly volumePath: RawName
  readonly mode: IndexMode
  readonly watch: boolean
  readonly maxDepth: number | null
  readonly rules: RuleSettings
  readonly policy: SidecarPolicy
  readonly state: LocationState
  readonly error: string | null
  readonly rootInode: number | Uint8Array
  readonly lastScanAt: number | null
}

/** The location of an absolute path. */
export interface Place {
  readonly location: KnownLocation
  /** The path in the volume, without a slash at the end. */
  readonly volumePath: RawName
}

type Row = Selectable<LocationTable> & { volume_id: number; volume_path: Uint8Array }

/** The locations of a library, in memory: maps a path to its location, and a row to its path. */
export class LocationMap {
  readonly #locations: readonly KnownLocation[]

  constructor(locations: readonly KnownLocation[]) {
    // Innermost first, because the settings of the innermost location apply.
    this.#locations = locations.toSorted((a, b) => nameBytes(b.path).length - nameBytes(a.path).length)
  }

  static load(db: ReadDatabase): LocationMap {
    const statement = db.prepare(
      `select l.*, d.volume_id, d.path as volume_path from locations l join directories d on d.id = l.directory_id`,
    )
    return new LocationMap(withRows<Row>(statement).all().map(rowToLocation))
  }

  all(): readonly KnownLocation[] {
    return this.#locations
  }

  /** The innermost location that contains a path. */
  locate(path: RawName): Place | null {
    for (const location of this.#locations) {
      const below = pathBelow(path, location.path)
      if (below !== null)
        return { location, volumePath: bytesToName(Buffer.concat([nameBytes(location.volumePath), below])) }
    }
    return null
  }

  /**
   * The absolute path of a folder of a volume, from the innermost location that contains it. `path` ends in a slash or
   * is empty.
   */
  absolute(volumeId: number, path: Uint8Array): { location: KnownLocation; dir: RawName } | null {
    const folder = Buffer.from(path.buffer, path.byteOffset, path.byteLength)
    for (const location of this.#locations) {
      if (location.volumeId !== volumeId) continue
      const root = nameBytes(location.volumePath)
      if (!folder.subarray(0, root.length).equals(root)) continue
      const below = folder.subarray(root.length)
      const dir = below.length === 0 ? location.path : joinName(location.path, bytesToName(below.subarray(0, -1)))
      return { location, dir }
    }
    return null
  }

  /** Locations inside a folder, without a location at the folder itself. */
  below(path: RawName): KnownLocation[] {
    return this.#locations.filter((location) => (pathBelow(location.path, path)?.length ?? 0) > 0)
  }

  /** Finds locations by path, id, name, or the beginning or end of an id. */
  find(reference: RawName): KnownLocation[] {
    const text = displayName(reference)
    const trimmed = text.replace(/(?<=.)\/+$/, '')
    const key = nameKey(typeof reference === 'string' ? trimmed : reference)
    const byPath = this.#locations.filter(({ path }) => nameKey(path) === key)
    if (byPath.length > 0) return byPath
    const byText = this.#locations.filter(({ path }) => displayName(path) === trimmed)
    if (byText.length > 0) return byText
    const byId = this.#locations.filter((location) => location.id === text)
    if (byId.length > 0) return byId
    const byName = this.#locations.filter((location) => location.name === text)
    return byName.length > 0 ? byName : this.#locations.filter(({ id }) => hasPartialId(id, text))
  }
}

function rowToLocation(row: Row): KnownLocation {
  return {
    rowId: row.id,
    id: LocationId.parse(blobToUuid(row.uuid)),
    name: row.name,
    path: bytesToName(row.path),
    directoryId: row.directory_id,
    volumeId: row.volume_id,
    volumePath: bytesToName(row.volume_path),
    mode: row.mode as IndexMode,
    watch: row.watch === 1,
    maxDepth: row.max_depth,
    rules: RuleSettings.parse(JSON.parse(row.rules)),
    policy: SidecarPolicy.parse(JSON.parse(row.sidecar_policy ?? '{}')),
    state: row.state as LocationState,
    error: row.error,
    rootInode: row.root_inode,
    lastScanAt: row.last_scan_at,
  }
}
