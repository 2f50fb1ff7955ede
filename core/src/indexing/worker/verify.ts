import type { DatabaseSync } from 'node:sqlite'
import { HashPool } from '../../content/index.ts'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName, joinName, nameBytes, nameKey, type RawName } from '../../util/file-name.ts'
import { inodeKey } from '../../util/inode.ts'
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
} from './listing.ts'
import type { Difference, LocationScope, VerifyReport, VerifyRequest } from './requests.ts'
import type { RequestHost } from './index-worker.ts'
import { Walker } from './walk.ts'

/** A report names this many differences and counts the rest. */
const MAX_LISTED_DIFFERENCES = 10_000
/** Folders that differ, kept for a repair; beyond this many the whole location is scanned. */
export const MAX_FOLDERS = 10_000
/** Folders compared before others may write, and other work of this thread gets its turn. */
const FOLDERS_PER_TURN = 64
const FILES_PER_BATCH = 256
const HASH_THREADS = 2

interface Folder {
  readonly dir: RawName
  readonly id: number | null
  readonly depth: number
  readonly anchors: readonly string[]
}

/** Compares what the disk holds now with every row below a folder. Changes nothing. */
export async function verify(db: DatabaseSync, request: VerifyRequest, host: RequestHost): Promise<VerifyReport> {
  const report: VerifyReport = { checked: 0, total: 0, differences: [], folders: [] }
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
  readonly #roots: ReadonlySet<number>
  readonly #files: { path: RawName; hash: Uint8Array }[] = []

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
    const below = Buffer.from(nameBytes(this.#dir)).subarray(nameBytes(this.#scope.dir).length + 1)
    const path = Buffer.concat([nameBytes(this.#scope.volumePath), below, Buffer.from(below.length > 0 ? '/' : '')])
    const row = this.#db
      .prepare('select id from directories where volume_id = ? and path = ?')
      .get(this.#scope.volumeId, new Uint8Array(path))
    if (!row) throw new CoreError('NotFound', `${displayName(this.#dir)} is not in the index`)
    const levels = below.length === 0 ? 0 : below.toString().split('/').length
    const depth = this.#scope.maxDepth === null ? Number.POSITIVE_INFINITY : this.#scope.maxDepth - levels
    const queue: Folder[] = [
      { dir: this.#dir, id: Number(row['id']), depth, anchors: this.#walker.anchorsAt(this.#dir) },
    ]
    while (queue.length > 0) {
      await this.#compareSome(queue)
      if (this.#files.length >= FILES_PER_BATCH) await this.#compareContents()
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
      if (!err.gone) this.#host.warn({ code: 'PermissionDenied', message: err.message, path: displayName(folder.dir) })
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
    const unreadable = new Set(listing.unreadable.map((entry) => nameKey(entry.name)))
    for (const row of rows.values()) if (!unreadable.has(nameKey(row.name))) this.#stale(folder.dir, row)
    if (this.#report.total > before && this.#report.folders.length <= MAX_FOLDERS) this.#report.folders.push(folder.dir)
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
    else if (this.#pool && row.content_id !== null) this.#files.push({ path, hash: this.#hashOf(row.content_id) })
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

  #hashOf(contentId: number): Uint8Array {
    const row = this.#db
      .prepare('select hash, full_hash, hash_version from content_identities where id = ?')
      .get(contentId)!
    return row['hash'] as Uint8Array
  }

  async #compareContents(): Promise<void> {
    if (!this.#pool || this.#files.length === 0) return
    const files = this.#files.splice(0)
    const { hashes, states } = await this.#pool.sampled(
      files.map((file) => file.path),
      { signal: this.#host.signal },
    )
    for (const [i, file] of files.entries()) {
      if (states[i]! > 1) continue
      if (!Buffer.from(file.hash).equals(hashes.subarray(i * 32, (i + 1) * 32))) this.#differ('content', file.path)
    }
  }

  #differ(kind: Difference['kind'], path: RawName): void {
    this.#report.total++
    if (this.#report.differences.length < MAX_LISTED_DIFFERENCES) {
      this.#report.differences.push({ kind, path: displayName(path) })
    }
  }
}
