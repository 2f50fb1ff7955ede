import type { Selectable } from 'kysely'
import { type DiskType, type Volume, VolumeId, type VolumeKind } from '../domain/index.ts'
import type { LibraryStore, Reader, WriteTransaction } from '../store/index.ts'
import type { VolumeTable } from '../store/schema/volume.ts'
import { didYouMean } from '../util/did-you-mean.ts'
import { CoreError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { hasPartialId } from '../util/partial-id.ts'
import { blobToUuid, uuidToBlob, uuidv7 } from '../util/uuid.ts'
import type { DetectedVolume } from './detected-volume.ts'
import type { AnyPath } from './mount-table.ts'
import { isShownByDefault, untracked, type VolumeChange, type VolumeManager } from './volume-manager.ts'

export interface LibraryVolumesDeps {
  readonly store: LibraryStore
  readonly volumes: VolumeManager
  /** `devices.id` of this installation in the library. */
  readonly deviceRowId: number
  readonly now: () => number
  readonly log: Logger
}

/** A path in the form that the library stores. */
export interface EnsuredVolume {
  /** `volumes.id`. */
  readonly volumeRowId: number
  readonly volume: Volume
  /** See `VolumePlace.pathInVolume`. */
  readonly pathInVolume: Buffer
}

type Row = Selectable<VolumeTable>

const MAX_NAME_LENGTH = 255

/**
 * The volumes of one library: the mounted ones, and the recorded ones, which contain a location or are tracked by the
 * user.
 */
export class LibraryVolumes implements AsyncDisposable {
  readonly #deps: LibraryVolumesDeps
  readonly #subscription: Disposable
  #recording: Promise<void> = Promise.resolve()

  constructor(deps: LibraryVolumesDeps) {
    this.#deps = deps
    this.#subscription = deps.volumes.onChange((change) => this.#recordLater(change))
  }

  /** Updates the recorded volumes, and keeps them up to date until it is disposed. */
  static async open(deps: LibraryVolumesDeps): Promise<LibraryVolumes> {
    const volumes = new LibraryVolumes(deps)
    volumes.#recordLater({ added: deps.volumes.list({ all: true }), updated: [], removed: [] })
    await volumes.#recording
    return volumes
  }

  /**
   * Mounted and recorded volumes, by name. Without `all`, only volumes that users would call a drive, and volumes in
   * use.
   */
  async list({ all = false }: { readonly all?: boolean } = {}): Promise<Volume[]> {
    const { rows, inUse } = await this.#deps.store.read(async (db) => ({
      rows: await db.selectFrom('volumes').selectAll().execute(),
      inUse: await volumesInUse(db),
    }))
    const fingerprints = new Set(rows.map((row) => row.fingerprint))
    const rest = this.#deps.volumes.list({ all: true }).filter((volume) => !fingerprints.has(volume.fingerprint))
    const isShown = (row: Row, volume: Volume) =>
      volume.tracked || inUse.has(row.id) || (volume.online && isShownByDefault(volume))
    const known = rows
      .map((row) => ({ row, volume: this.#merge(row) }))
      .filter(({ row, volume }) => all || isShown(row, volume))
    const unknown = rest.map(untracked).filter((volume) => all || isShownByDefault(volume))
    return [...known.map(({ volume }) => volume), ...unknown].toSorted(
      (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }) || (a.fingerprint < b.fingerprint ? -1 : 1),
    )
  }

  /**
   * Finds a volume by its fingerprint (or the beginning of it), id, name or mount point. Throws `NotFound`, or
   * `Conflict` if several match.
   */
  async info(reference: string): Promise<Volume> {
    const volumes = await this.list({ all: true })
    const matches = TESTS.map((test) => volumes.filter((volume) => test(volume, reference))).find(
      (found) => found.length > 0,
    )
    if (!matches)
      throw new CoreError(
        'NotFound',
        `no volume ${JSON.stringify(reference)}; ${didYouMean(
          reference,
          volumes.map(({ name }) => name),
          'spacedrive volume list --all',
        )}`,
      )
    if (matches.length > 1) {
      const fingerprints = matches.map((volume) => volume.fingerprint)
      throw new CoreError(
        'Conflict',
        `${matches.length} volumes fit ${JSON.stringify(reference)}; say which by its fingerprint`,
        {
          details: { fingerprints },
        },
      )
    }
    return matches[0]!
  }

  /** Records a volume, so that it stays listed while it is unplugged. If no name is given, an earlier name stays. */
  async track(reference: string, name?: string): Promise<Volume> {
    const displayName = name === undefined ? {} : { display_name: validName(name) }
    const { fingerprint } = await this.info(reference)
    return this.#change(fingerprint, { tracked: 1, ...displayName })
  }

  /** Removes the record of a volume. Throws `Conflict` if a location is on the volume. */
  async untrack(reference: string): Promise<Volume> {
    const volume = await this.info(reference)
    const { id } = volume
    if (id === null) return volume
    return this.#deps.store.write(async ({ db, emit }) => {
      const row = await db
        .selectFrom('volumes')
        .selectAll()
        .where('uuid', '=', uuidToBlob(id))
        .executeTakeFirstOrThrow()
      if ((await volumesInUse(db)).has(row.id)) {
        throw new CoreError('Conflict', `volume ${volume.name} has a location; remove the location first`)
      }
      const changed = { ...row, tracked: 0, display_name: null }
      await db.updateTable('volumes').set({ tracked: 0, display_name: null }).where('id', '=', row.id).execute()
      const result = this.#merge(changed)
      emit('volume.updated', result)
      return result
    })
  }

  /**
   * The volume of a path. Records it if it is not recorded yet. Throws `Unsupported` for a path on no volume, such as
   * a path below `/proc`, and `Offline` if the volume does not answer.
   */
  async ensure(path: AnyPath): Promise<EnsuredVolume> {
    const { volumes, store } = this.#deps
    await volumes.checkMounts()
    const place = volumes.volumeForPath(path)
    if (!place)
      throw new CoreError(
        'Unsupported',
        `${displayPath(path)} is on no volume, because it belongs to a virtual file system`,
      )
    const { volume, pathInVolume } = place
    if (!volume.online) throw new CoreError('Offline', `volume ${volume.name} does not answer`)
    const row = await store.read((db) => findRow(db, volume.fingerprint))
    const isOurs = row?.device_id === this.#deps.deviceRowId
    const current = row && isOurs ? row : await store.write(({ db }) => this.#upsert(db, volume, {}))
    return { volumeRowId: current.id, volume: this.#merge(current), pathInVolume }
  }

  /** Measures a volume and records the speeds; see `VolumeManager.speedTest`. */
  async speedTest(reference: string, signal?: AbortSignal): Promise<Volume> {
    const { volumes } = this.#deps
    const { fingerprint, name, online } = await this.info(reference)
    if (!online) throw new CoreError('Offline', `volume ${name} is not mounted`)
    const directories = await this.#locationRoots()
    const speed = await volumes.speedTest(fingerprint, { directories, ...(signal ? { signal } : {}) })
    const figures = { read_bps: speed.readBytesPerSecond, write_bps: speed.writeBytesPerSecond }
    return this.#change(fingerprint, figures, 'volume.speed-tested')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscription[Symbol.dispose]()
    await this.#recording
  }

  /** Changes the row of a volume and emits an event. If the row is missing, it is created. */
  #change(
    fingerprint: string,
    values: Partial<Row>,
    event: 'volume.updated' | 'volume.speed-tested' = 'volume.updated',
  ): Promise<Volume> {
    return this.#deps.store.write(async ({ db, emit }) => {
      const mounted = this.#deps.volumes.get(fingerprint)
      if (mounted) await this.#upsert(db, mounted, values)
      else await db.updateTable('volumes').set(values).where('fingerprint', '=', fingerprint).execute()
      const row = await findRow(db, fingerprint)
      if (!row) throw new CoreError('NotFound', `volume ${fingerprint} was unplugged before it could be stored`)
      const volume = this.#merge(row)
      emit(event, volume)
      return volume
    })
  }

  /**
   * Replaces the recorded facts by the current ones. If another device recorded the volume, it now belongs to this
   * device.
   */
  async #upsert(db: WriteTransaction['db'], volume: DetectedVolume, values: Partial<Row>): Promise<Row> {
    const { deviceRowId, now } = this.#deps
    const facts = { ...rowFacts(volume), device_id: deviceRowId, last_seen_at: now(), ...values }
    const fresh = { uuid: uuidToBlob(uuidv7(now())), fingerprint: volume.fingerprint, created_at: now() }
    return db
      .insertInto('volumes')
      .values({ ...facts, ...fresh })
      .onConflict((conflict) => conflict.column('fingerprint').doUpdateSet(facts))
      .returningAll()
      .executeTakeFirstOrThrow()
  }

  #merge(row: Row): Volume {
    const mounted = this.#deps.volumes.get(row.fingerprint)
    return mounted ? mergeMounted(row, mounted) : remembered(row)
  }

  async #locationRoots(): Promise<string[]> {
    const rows = await this.#deps.store.read((db) => db.selectFrom('locations').select('path').execute())
    return rows.map((row) => Buffer.from(row.path).toString('utf8'))
  }

  #recordLater(change: VolumeChange): void {
    if (this.#deps.store.readOnly) return
    this.#recording = this.#recording
      .then(() => this.#record(change))
      .catch((err: unknown) => this.#deps.log.warn({ err }, 'cannot store the mounted volumes in the library'))
  }

  /** Updates the records of volumes that changed or were unplugged, so that their last state stays known. */
  async #record({ added, updated, removed }: VolumeChange): Promise<void> {
    const { store } = this.#deps
    const rows = await store.read((db) => db.selectFrom('volumes').select('fingerprint').execute())
    const known = new Set(rows.map((row) => row.fingerprint))
    const present = [...added, ...updated].filter((volume) => volume.online && known.has(volume.fingerprint))
    const gone = removed.filter((volume) => known.has(volume.fingerprint))
    if (present.length + gone.length === 0) return
    await store.write(async ({ db }) => {
      for (const volume of present) await this.#upsert(db, volume, {})
      const fingerprints = gone.map((volume) => volume.fingerprint)
      await db
        .updateTable('volumes')
        .set({ last_seen_at: this.#deps.now() })
        .where('fingerprint', 'in', fingerprints)
        .execute()
    })
  }
}

/** Tests of whether a reference means a volume, in order. The first test that any volume passes decides. */
const TESTS: readonly ((volume: Volume, reference: string) => boolean)[] = [
  (volume, reference) => volume.fingerprint === reference || volume.id === reference,
  (volume, reference) => volume.mountPoint === reference,
  (volume, reference) => volume.name === reference,
  (volume, reference) => volume.name.toLowerCase() === reference.toLowerCase(),
  (volume, reference) => volume.id !== null && hasPartialId(volume.id, reference),
  (volume, reference) => reference.length >= MIN_PREFIX && volume.fingerprint.startsWith(reference.toLowerCase()),
]

/** Minimum length of the beginning of a fingerprint. A shorter one is more likely a typing error. */
const MIN_PREFIX = 4

function findRow(db: Pick<Reader, 'selectFrom'>, fingerprint: string): Promise<Row | undefined> {
  return db.selectFrom('volumes').selectAll().where('fingerprint', '=', fingerprint).executeTakeFirst()
}

/** `volumes.id` of the volumes that contain a location. */
async function volumesInUse(db: Pick<Reader, 'selectFrom'>): Promise<ReadonlySet<number>> {
  const rows = await db
    .selectFrom('locations')
    .innerJoin('directories', 'directories.id', 'locations.directory_id')
    .select('directories.volume_id')
    .distinct()
    .execute()
  return new Set(rows.map((row) => row.volume_id))
}

function rowFacts(volume: DetectedVolume) {
  return {
    name: volume.name,
    mount_point: Buffer.from(volume.mountPoint),
    kind: volume.kind,
    disk: volume.disk,
    filesystem: volume.filesystem,
    total_bytes: volume.totalBytes,
    free_bytes: volume.freeBytes,
    read_only: Number(volume.readOnly),
    cow: Number(volume.cow),
    removable: Number(volume.removable),
  }
}

function mergeMounted(row: Row, mounted: DetectedVolume): Volume {
  return {
    ...untracked(mounted),
    ...libraryFacts(row),
    name: row.display_name ?? mounted.name,
    readBytesPerSecond: row.read_bps ?? mounted.readBytesPerSecond,
    writeBytesPerSecond: row.write_bps ?? mounted.writeBytesPerSecond,
  }
}

function remembered(row: Row): Volume {
  return {
    ...libraryFacts(row),
    fingerprint: row.fingerprint,
    name: row.display_name ?? row.name,
    mountPoint: row.mount_point && Buffer.from(row.mount_point).toString('utf8'),
    kind: row.kind as VolumeKind,
    disk: row.disk as DiskType,
    filesystem: row.filesystem,
    totalBytes: row.total_bytes,
    freeBytes: row.free_bytes,
    online: false,
    readOnly: row.read_only === 1,
    cow: row.cow === 1,
    removable: row.removable === 1,
    readBytesPerSecond: row.read_bps,
    writeBytesPerSecond: row.write_bps,
  }
}

function libraryFacts(row: Row): Pick<Volume, 'id' | 'tracked'> {
  return { id: VolumeId.parse(blobToUuid(row.uuid)), tracked: row.tracked === 1 }
}

function validName(name: string): string {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > MAX_NAME_LENGTH) {
    throw new CoreError('InvalidInput', `a volume's name has 1 to ${MAX_NAME_LENGTH} characters`)
  }
  return trimmed
}

function displayPath(path: AnyPath): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString('utf8')
}
