import type { DatabaseSync } from '../../db/sqlite.ts'
import { withRows } from '../../db/typed-rows.ts'
import { hashStates } from '../../content/hash-messages.ts'
import { HashPool } from '../../content/hash-pool.ts'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName, joinName, nameBytes, nameKey, type RawName } from '../../util/file-name.ts'
import { inodeKey } from '../../util/inode.ts'
import { partition } from '../../util/partition.ts'
import { levelsBelow, volumePathOf } from '../volume-path.ts'
import { ContentWriter, type KnownContent } from './content-writer.ts'
import type { EntryRow } from './touched.ts'
import { ROW_COLUMNS } from './entry-statements.ts'
import { isBelow, pathAfter } from './entry-writer.ts'
import type { LookedAt, LookFailure, PlainListing } from './disk-requests.ts'
import { FIELDS, inodeOf, isOtherFileSystem, KIND, MTIME, MTIME_NS, SIZE, warningCode } from './listing.ts'
import { beginAt, orFailure, plain } from './look-folder.ts'
import { asOffline, PatientDisk } from './patient-disk.ts'
import type { Difference, LocationScope, VerifyReport, VerifyRequest } from './requests.ts'
import type { RequestHost } from './request-host.ts'
import type { WalkSetup } from './walk-messages.ts'
import { Walker } from './walk.ts'
import { findWrongSums } from './wrong-sums.ts'

/** A report names this many differences and counts the rest. */
const MAX_LISTED_DIFFERENCES = 10_000
/** The same limit for entries that could not be read. */
const MAX_LISTED_UNREADABLE = 1_000
/** Differing folders and files that are kept for a repair; the next comparison finds the rest. */
const MAX_FOLDERS = 10_000
/** Folders compared before writers and other work of this thread get their turn. */
const FOLDERS_PER_TURN = 64
const FILES_PER_BATCH = 256
const HASH_THREADS = 2

interface IdentifiedFile {
  readonly id: number
  readonly path: RawName
  readonly content: KnownContent
}

interface Folder {
  readonly dir: RawName
  readonly id: number | null
  readonly depth: number
  readonly anchors: readonly string[]
}

/** Compares every row below a folder with the disk. Changes nothing. */
export async function verify(db: DatabaseSync, request: VerifyRequest, host: RequestHost): Promise<VerifyReport> {
  const report: VerifyReport = {
    checked: 0,
    total: 0,
    differences: [],
    unreadable: [],
    unreadableTotal: 0,
    folders: [],
    changed: [],
  }
  for (const [i, scope] of request.scopes.entries()) {
    const patience = request.patiences[i] ?? null
    const answerMs = patience?.answerMs
    await using pool = request.content ? new HashPool({ threads: HASH_THREADS, answerMs }) : null
    await using disk = patience && new PatientDisk({ dir: scope.dir, patience })
    const dir = i === 0 ? request.dir : scope.dir
    // The first folder covers all sums on its volume, including those of the folders below it.
    const hasSums = i === 0 || scope.volumeId !== request.scopes[0]!.volumeId
    await new Comparison({ db, scope, silent: request.silent, dir, hasSums, report, host, pool, disk })
      .run()
      .catch((err: unknown) => {
        throw patience ? asOffline(err, scope.dir) : err
      })
  }
  return report
}

interface ComparisonParts {
  readonly db: DatabaseSync
  readonly scope: LocationScope
  readonly silent: readonly string[]
  readonly dir: RawName
  /** Whether to compare the sums of its folders. */
  readonly hasSums: boolean
  readonly report: VerifyReport
  readonly host: RequestHost
  readonly pool: HashPool | null
  /** Set if the disk may never answer: then nothing in this thread touches it. */
  readonly disk: PatientDisk | null
}

/** A folder, and its entries on the disk. */
type Listed = Folder & { readonly looked: LookedAt | { readonly failure: LookFailure } }

class Comparison {
  readonly #db: DatabaseSync
  readonly #scope: LocationScope
  readonly #silent: readonly string[]
  readonly #dir: RawName
  readonly #hasSums: boolean
  readonly #report: VerifyReport
  readonly #host: RequestHost
  readonly #pool: HashPool | null
  readonly #disk: PatientDisk | null
  readonly #contents: ContentWriter
  readonly #roots: ReadonlySet<number>
  readonly #files: IdentifiedFile[] = []

  constructor({ db, scope, silent, dir, hasSums, report, host, pool, disk }: ComparisonParts) {
    this.#db = db
    this.#scope = scope
    this.#silent = silent
    this.#dir = dir
    this.#hasSums = hasSums
    this.#report = report
    this.#host = host
    this.#pool = pool
    this.#disk = disk
    this.#contents = new ContentWriter(db, host.now)
    this.#roots = new Set(
      db
        .prepare('select directory_id from locations')
        .all()
        .map((row) => Number(row['directory_id'])),
    )
  }

  async run(): Promise<void> {
    const { dir: root, rules, maxDepth } = this.#scope
    const asked = { root: displayName(root), rules, dir: this.#dir }
    const beginning = this.#disk ? await this.#disk.ask('begin', asked, this.#host.signal) : beginAt(asked)
    if (!beginning) throw new CoreError('NotFound', `${displayName(this.#dir)} does not exist`)
    const { device, anchors } = beginning
    const setup = { root: asked.root, rules, device, silent: this.#silent }
    const row = this.#db
      .prepare('select id from directories where volume_id = ? and path = ?')
      .get(this.#scope.volumeId, nameBytes(volumePathOf(this.#scope, this.#dir)))
    if (!row) throw new CoreError('NotFound', `${displayName(this.#dir)} is not in the index`)
    const depth = maxDepth === null ? Number.POSITIVE_INFINITY : maxDepth - levelsBelow(root, this.#dir)
    const queue: Folder[] = [{ dir: this.#dir, id: Number(row['id']), depth, anchors }]
    const walker = this.#disk ? null : new Walker(setup)
    while (queue.length > 0) {
      if (walker) await this.#compareSome(queue, (folder) => ({ ...folder, looked: listHere(walker, folder) }))
      else await this.#comparePatiently(queue, setup)
      while (this.#files.length >= FILES_PER_BATCH) await this.#compareContents()
      this.#host.progress(this.#report.checked, null, 0)
    }
    await this.#compareContents()
    if (this.#hasSums) await this.#compareSums()
  }

  /** Finds folders with correct rows and wrong sums: users would see the wrong sums. */
  async #compareSums(): Promise<void> {
    using _lease = await this.#host.lease()
    const from = nameBytes(volumePathOf(this.#scope, this.#dir))
    for (const { volumeId, volumePath } of findWrongSums(this.#db, MAX_LISTED_DIFFERENCES)) {
      if (volumeId !== this.#scope.volumeId || !isBelow(volumePath, from)) continue
      const below = bytesToName(volumePath.subarray(from.length, Math.max(from.length, volumePath.length - 1)))
      this.#differ('size', below.length === 0 ? this.#dir : joinName(this.#dir, below))
    }
  }

  /**
   * Compares folders while holding the lease: this connection also writes, so it would otherwise see uncommitted rows.
   */
  async #compareSome(queue: Folder[], list: (folder: Folder) => Listed): Promise<void> {
    using _lease = await this.#host.lease()
    for (let i = 0; i < FOLDERS_PER_TURN && queue.length > 0; i++) {
      this.#host.signal.throwIfAborted()
      this.#compare(list(queue.pop()!), queue)
    }
  }

  /**
   * Lists the folders before taking the lease, so writers do not wait for the disk. Changes recorded in between may be
   * reported as differences.
   */
  async #comparePatiently(queue: Folder[], setup: WalkSetup): Promise<void> {
    const folders = queue.splice(-FOLDERS_PER_TURN).toReversed()
    const listed: Listed[] = []
    for (const folder of folders) {
      const request = { setup, dir: folder.dir, anchors: folder.anchors, names: null }
      listed.push({ ...folder, looked: await this.#disk!.ask('look', request, this.#host.signal) })
    }
    using _lease = await this.#host.lease()
    for (const folder of listed) this.#compare(folder, queue)
  }

  #compare({ looked, ...folder }: Listed, queue: Folder[]): void {
    if ('failure' in looked) {
      if (!looked.failure.gone) this.#unreadable(folder.dir, looked.failure)
      return
    }
    const { listing, anchors } = looked
    const rows = this.#rows(folder.id)
    const before = this.#report.total
    for (let i = 0; i < listing.names.length; i++) {
      const name = listing.names[i]!
      const row = rows.get(nameKey(name))
      rows.delete(nameKey(name))
      this.#report.checked++
      this.#compareEntry(folder, listing, i, row)
      const isDirectory = listing.numbers[i * FIELDS + KIND] === 1
      const other = isOtherFileSystem({ numbers: listing.numbers, at: i * FIELDS })
      // A location inside this one is compared under its own rules.
      const nested = row !== undefined && this.#roots.has(row.id)
      if (isDirectory && !other && !nested && folder.depth > 0) {
        const id = row?.kind === 1 ? row.id : null
        queue.push({ dir: joinName(folder.dir, name), id, depth: folder.depth - 1, anchors })
      }
    }
    for (const entry of listing.unreadable) this.#unreadable(joinName(folder.dir, entry.name), entry)
    const unreadable = new Set(listing.unreadable.map((entry) => nameKey(entry.name)))
    for (const row of rows.values()) if (!unreadable.has(nameKey(row.name))) this.#stale(folder.dir, row)
    if (this.#report.total > before && this.#report.folders.length < MAX_FOLDERS) this.#report.folders.push(folder.dir)
  }

  #rows(directoryId: number | null): Map<string, EntryRow> {
    if (directoryId === null) return new Map()
    const statement = this.#db.prepare(`select ${ROW_COLUMNS} from entries where parent_id = ?`)
    const rows = withRows<EntryRow>(statement).all(directoryId)
    return new Map(rows.map((row) => [nameKey(row.name), row]))
  }

  #compareEntry(folder: Folder, listing: PlainListing, i: number, row: EntryRow | undefined): void {
    const path = joinName(folder.dir, listing.names[i]!)
    const n = (field: number) => listing.numbers[i * FIELDS + field]!
    if (!row) return this.#differ('missing-from-index', path)
    if (row.kind !== n(KIND)) {
      this.#differ('stale-in-index', path)
      return this.#differ('missing-from-index', path)
    }
    // A mount hides the folder beneath it, so nothing is known about the folder itself.
    if (row.kind === 1 && isOtherFileSystem({ numbers: listing.numbers, at: i * FIELDS })) return
    if (row.size !== n(SIZE)) this.#differ('size', path)
    else if (row.mtime !== n(MTIME) || row.mtime_ns !== n(MTIME_NS)) this.#differ('modified', path)
    else if (inodeKey(row.inode) !== inodeKey(inodeOf(listing, i))) this.#differ('inode', path)
    else if (this.#pool && row.content_id !== null)
      this.#files.push({ id: row.id, path, content: this.#contents.byId(row.content_id)! })
  }

  /** Reports a row whose file is gone; for a folder, also all rows below it. */
  #stale(dir: RawName, row: EntryRow): void {
    const path = joinName(dir, row.name)
    this.#report.checked++
    this.#differ('stale-in-index', path)
    if (row.kind !== 1) return
    const directory = this.#db.prepare('select volume_id, path from directories where id = ?').get(row.id)
    if (!directory) return
    const from = directory['path'] as Uint8Array
    const below = this.#db
      .prepare(
        `select d.path as dir, e.name from directories d join entries e on e.parent_id = d.id
         where d.volume_id = ? and d.path >= ? and d.path < ?`,
      )
      .iterate(Number(directory['volume_id']), from, pathAfter(from))
    for (const entry of below) {
      const inside = Buffer.from(entry['dir'] as Uint8Array).subarray(from.length)
      const folder = inside.length > 0 ? joinName(path, bytesToName(inside.subarray(0, -1))) : path
      this.#report.checked++
      this.#differ('stale-in-index', joinName(folder, entry['name'] as RawName))
    }
  }

  async #compareContents(): Promise<void> {
    const pool = this.#pool
    const files = this.#files.splice(0, FILES_PER_BATCH)
    if (!pool || files.length === 0) return
    // Sampled hashes are compared only for large files that were never hashed completely.
    const [whole, sampled] = partition(files, ({ content }) => content.fullHash !== null)
    const { signal } = this.#host
    const { errors, hashes, states } = await pool.sampled(
      sampled.map(({ path }) => path),
      { signal },
    )
    for (const [i, file] of sampled.entries()) {
      if (!READ_STATES.has(hashStates[states[i]!]!)) continue
      this.#compareHash(file, file.content.hash, hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
    }
    for (const error of errors) this.#unreadable(sampled[error.index]!.path, error)
    for (const file of whole) {
      const full = await pool.full(file.path, { signal })
      if ('hash' in full) this.#compareHash(file, file.content.fullHash!, full.hash)
      else if (full.state === 'failed') this.#unreadable(file.path, full)
    }
  }

  #compareHash({ id, path }: IdentifiedFile, known: Uint8Array, found: Uint8Array): void {
    if (Buffer.from(known).equals(found)) return
    this.#differ('content', path)
    if (this.#report.changed.length < MAX_FOLDERS) this.#report.changed.push(id)
  }

  /** An unreadable entry counts neither as equal nor as different. */
  #unreadable(path: RawName, { code, message }: { code: string; message: string }): void {
    this.#report.unreadableTotal++
    if (this.#report.unreadable.length < MAX_LISTED_UNREADABLE)
      this.#report.unreadable.push({ path: displayName(path), code: warningCode(code), message })
  }

  #differ(kind: Difference['kind'], path: RawName): void {
    this.#report.total++
    if (this.#report.differences.length < MAX_LISTED_DIFFERENCES) {
      this.#report.differences.push({ kind, path: displayName(path) })
    }
  }
}

function listHere(walker: Walker, { dir, anchors }: Folder): Listed['looked'] {
  return orFailure(() => {
    const { context, listing } = walker.list(dir, anchors)
    return { inherited: anchors, anchors: context.anchors, listing: plain(listing), own: null }
  })
}

/** States of a file that was read to its end. */
const READ_STATES: ReadonlySet<string> = new Set(['hashed', 'tooFresh'])
const HASH_BYTES = 32
