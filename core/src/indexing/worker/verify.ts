import type { DatabaseSync } from 'node:sqlite'
import { HashPool, hashStates } from '../../content/index.ts'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName, joinName, nameBytes, nameKey, type RawName } from '../../util/file-name.ts'
import { inodeKey } from '../../util/inode.ts'
import { levelsBelow, volumePathOf } from '../volume-path.ts'
import { ContentWriter, type KnownContent } from './content-writer.ts'
import { type EntryRow, pathAfter, ROW_COLUMNS } from './entry-writer.ts'
import {
  FIELDS,
  FLAG_OTHER_FILE_SYSTEM,
  FLAGS,
  inodeOf,
  KIND,
  type Listing,
  MTIME,
  MTIME_NS,
  SIZE,
  statEntry,
  UnreadableDirectory,
  warningCode,
} from './listing.ts'
import type { Difference, LocationScope, VerifyReport, VerifyRequest } from './requests.ts'
import type { RequestHost } from './index-worker.ts'
import { Walker } from './walk.ts'

/** A report names this many differences and counts the rest. */
const MAX_LISTED_DIFFERENCES = 10_000
/** The same for what could not be read. */
const MAX_LISTED_UNREADABLE = 1_000
/** Folders and files that differ, kept for a repair; what is beyond this is found by the next comparison. */
const MAX_FOLDERS = 10_000
/** Folders compared before others may write, and other work of this thread gets its turn. */
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

/** Compares what the disk holds now with every row below a folder. Changes nothing. */
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
  await using pool = request.content ? new HashPool({ threads: HASH_THREADS }) : null
  for (const [i, scope] of request.scopes.entries()) {
    const comparison = new Comparison(db, scope, i === 0 ? request.dir : scope.dir, report, host, pool)
    await comparison.run()
  }
  return report
}

class Comparison {
  readonly #db: DatabaseSync
  readonly #scope: LocationScope
  readonly #dir: RawName
  readonly #report: VerifyReport
  readonly #host: RequestHost
  readonly #pool: HashPool | null
  readonly #walker: Walker
  readonly #contents: ContentWriter
  readonly #roots: ReadonlySet<number>
  readonly #files: IdentifiedFile[] = []

  constructor(
    db: DatabaseSync,
    scope: LocationScope,
    dir: RawName,
    report: VerifyReport,
    host: RequestHost,
    pool: HashPool | null,
  ) {
    this.#db = db
    this.#scope = scope
    this.#dir = dir
    this.#report = report
    this.#host = host
    this.#pool = pool
    this.#contents = new ContentWriter(db, host.now)
    const stats = statEntry(dir)
    if (!stats) throw new CoreError('NotFound', `${displayName(dir)} does not exist`)
    this.#walker = new Walker({ root: displayName(scope.dir), device: stats.dev, rules: scope.rules })
    this.#roots = new Set(
      db
        .prepare('select directory_id from locations')
        .all()
        .map((row) => Number(row['directory_id'])),
    )
  }

  async run(): Promise<void> {
    const row = this.#db
      .prepare('select id from directories where volume_id = ? and path = ?')
      .get(this.#scope.volumeId, nameBytes(volumePathOf(this.#scope, this.#dir)))
    if (!row) throw new CoreError('NotFound', `${displayName(this.#dir)} is not in the index`)
    const { maxDepth } = this.#scope
    const depth = maxDepth === null ? Number.POSITIVE_INFINITY : maxDepth - levelsBelow(this.#scope.dir, this.#dir)
    const queue: Folder[] = [
      { dir: this.#dir, id: Number(row['id']), depth, anchors: this.#walker.anchorsAt(this.#dir) },
    ]
    while (queue.length > 0) {
      await this.#compareSome(queue)
      while (this.#files.length >= FILES_PER_BATCH) await this.#compareContents()
      this.#host.progress(this.#report.checked, null, 0)
    }
    await this.#compareContents()
  }

  /** Under the lease: this connection also writes, and would show rows that are not committed. */
  async #compareSome(queue: Folder[]): Promise<void> {
    using _lease = await this.#host.lease()
    for (let i = 0; i < FOLDERS_PER_TURN && queue.length > 0; i++) {
      this.#host.signal.throwIfAborted()
      this.#compare(queue.pop()!, queue)
    }
  }

  #compare(folder: Folder, queue: Folder[]): void {
    let listed
    try {
      listed = this.#walker.list(folder.dir, folder.anchors)
    } catch (err) {
      if (!(err instanceof UnreadableDirectory)) throw err
      if (!err.gone) this.#unreadable(folder.dir, err)
      return
    }
    const { listing, context } = listed
    const rows = this.#rows(folder.id)
    const before = this.#report.total
    for (let i = 0; i < listing.names.length; i++) {
      const name = listing.names[i]!
      const row = rows.get(nameKey(name))
      rows.delete(nameKey(name))
      this.#report.checked++
      this.#compareEntry(folder, listing, i, row)
      const isDirectory = listing.numbers[i * FIELDS + KIND] === 1
      const other = (listing.numbers[i * FIELDS + FLAGS]! & FLAG_OTHER_FILE_SYSTEM) !== 0
      // A location inside this one is compared under its own rules.
      const nested = row !== undefined && this.#roots.has(row.id)
      if (isDirectory && !other && !nested && folder.depth > 0) {
        const id = row?.kind === 1 ? row.id : null
        queue.push({ dir: joinName(folder.dir, name), id, depth: folder.depth - 1, anchors: context.anchors })
      }
    }
    for (const entry of listing.unreadable) this.#unreadable(joinName(folder.dir, entry.name), entry)
    const unreadable = new Set(listing.unreadable.map((entry) => nameKey(entry.name)))
    for (const row of rows.values()) if (!unreadable.has(nameKey(row.name))) this.#stale(folder.dir, row)
    if (this.#report.total > before && this.#report.folders.length < MAX_FOLDERS) this.#report.folders.push(folder.dir)
  }

  #rows(directoryId: number | null): Map<string, EntryRow> {
    if (directoryId === null) return new Map()
    const rows = this.#db.prepare(`select ${ROW_COLUMNS} from entries where parent_id = ?`).all(directoryId)
    return new Map((rows as unknown as EntryRow[]).map((row) => [nameKey(row.name), row]))
  }

  #compareEntry(folder: Folder, listing: Listing, i: number, row: EntryRow | undefined): void {
    const path = joinName(folder.dir, listing.names[i]!)
    const n = (field: number) => listing.numbers[i * FIELDS + field]!
    if (!row) return this.#differ('missing-from-index', path)
    if (row.kind !== n(KIND)) {
      this.#differ('stale-in-index', path)
      return this.#differ('missing-from-index', path)
    }
    if (row.size !== n(SIZE)) this.#differ('size', path)
    else if (row.mtime !== n(MTIME) || row.mtime_ns !== n(MTIME_NS)) this.#differ('modified', path)
    else if (inodeKey(row.inode) !== inodeKey(inodeOf(listing, i))) this.#differ('inode', path)
    else if (this.#pool && row.content_id !== null)
      this.#files.push({ id: row.id, path, content: this.#contents.byId(row.content_id)! })
  }

  /** A row whose file is gone, and with a folder all that was below it. */
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
    // Samples tell a large file from another only where nobody has read it whole.
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

  /** Nothing is said of what is not shown: not that it equals the index, and not that it differs. */
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

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))]
}

/** The bytes of the file were read to their end. */
const READ_STATES: ReadonlySet<string> = new Set(['hashed', 'tooFresh'])
const HASH_BYTES = 32
