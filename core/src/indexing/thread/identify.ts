import type { DatabaseSync, StatementSync } from '../../db/sqlite.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { WHOLE_FILE_BYTES } from '../../content/content-hash.ts'
import { type HashBatch, hashStates, NO_DEFINITION } from '../../content/hash-messages.ts'
import { HashPool } from '../../content/hash-pool.ts'
import { NOT_A_FILE } from '../../content/regular-file.ts'
import { definitionAt } from '../../content/types/detect.ts'
import { fileTypeNumbers } from '../../domain/stored-lists.ts'
import { systemReason } from '../../util/errors.ts'
import { bytesToName, displayName, joinName, nameBytes, nameKey, type RawName } from '../../util/file-name.ts'
import { isPlaceholder } from '../../volume/placeholder.ts'
import { ContentWriter, FAILED, type HashedFile, PENDING } from './content-writer.ts'
import { TrackedTransactions } from '../../store/tracked-transaction.ts'
import { nothingTouched } from './touched.ts'
import { SURE } from './entry-statements.ts'
import { type EntryWriter, isBelow, pathAfter } from './entry-writer.ts'
import type { RequestHost } from './request-host.ts'
import { examineMedia } from './media.ts'
import { asOffline } from './patient-disk.ts'
import type { IdentifyCheckpoint, IdentifyReport, IdentifyRequest, LocationScope } from './requests.ts'

/** Files in one batch for a hashing thread. */
const FILES_PER_BATCH = 256
/**
 * Batches per hashing thread, running or waiting. Two keep the thread busy, because recording a batch takes longer
 * than hashing one.
 */
const BATCHES_PER_THREAD = 2
/**
 * Batches recorded in one transaction, which takes some 15 ms. The index of contents is ordered by hash, so each
 * transaction writes most of its pages: larger transactions write fewer pages in total.
 */
const BATCHES_PER_TRANSACTION = 4
/** If files take long to read, finished hashes are recorded after this time. */
const RECORD_MS = 500
/** Rows read at once in the search for pending files. */
const ROWS_PER_PAGE = 2_048
/** If a file was just written, it is read again after this time, in at most `FRESH_ROUNDS` rounds; see `FRESH_MS`. */
const FRESH_WAIT_MS = 2_100
const FRESH_ROUNDS = 2

/** Limit on outdated rows that are updated after a run; their files are then read once more. */
const MAX_STALE = 1_000

interface PendingFile extends HashedFile {
  readonly dir: RawName
  readonly name: RawName
  readonly path: RawName
  readonly type: number
  readonly staleContentId: number | null
}

/** A file that was being read when the process crashed, and the number of crashes. */
interface Suspect {
  readonly file: PendingFile
  readonly stops: number
}

/** The hashes and types of some files. */
interface Hashed {
  /** Ends the record that these files are being read; null if no such record is kept. */
  readonly begun: Disposable | null
  readonly files: readonly PendingFile[]
  readonly batch: HashBatch
  /** `EntryWriter.reopened` before the files were read. */
  readonly reopened: number
  /** By row id. */
  readonly fullHashes: ReadonlyMap<number, Uint8Array>
}

/**
 * Identifies the content of every pending file of a location; in deep mode, also its type by content and its media
 * metadata. Each batch commits on its own, so finished work is kept.
 */
export async function identify(
  writer: Pick<EntryWriter, 'db' | 'reopened'>,
  request: IdentifyRequest,
  host: RequestHost,
): Promise<IdentifyReport> {
  const run = new Identification(writer, request, host)
  return run.run().catch((err: unknown) => {
    throw request.patience ? asOffline(err, request.scope.dir) : err
  })
}

class Identification {
  readonly #db: DatabaseSync
  readonly #writer: Pick<EntryWriter, 'reopened'>
  readonly #request: IdentifyRequest
  readonly #host: RequestHost
  /** The paths of the folders in scope, by row id, as they were when the run began. */
  readonly #folders: ReadonlyMap<number, RawName>
  readonly #folderOf: StatementSync
  readonly #contents: ContentWriter
  readonly #transactions: TrackedTransactions
  readonly #report = { identified: 0, bytes: 0, examined: 0, failed: 0 }
  /** Row ids of files that are left for another run. */
  readonly #left = new Set<number>()
  readonly #stale: IdentifyReport['stale'][number][] = []
  #unsettled = 0
  readonly #fresh: PendingFile[] = []
  /**
   * All files with lower row ids are done. It is just below the first file that must be read again, also after a
   * restart.
   */
  #doneUpTo = Number.POSITIVE_INFINITY
  /** Contents identified since the last checkpoint, as uuids. */
  readonly #told: Uint8Array[] = []
  /** Contents identified in this run, by row id. */
  readonly #found = new Set<number>()
  /** Row ids of files whose type by content differs from the type of their name, since the last transaction. */
  #retyped: number[] = []
  /** Row ids of files that were identified or failed, since the last transaction. */
  #settled: number[] = []
  #done = 0
  #total = 0

  constructor(writer: Pick<EntryWriter, 'db' | 'reopened'>, request: IdentifyRequest, host: RequestHost) {
    const { db } = writer
    this.#db = db
    this.#writer = writer
    this.#request = request
    this.#host = host
    this.#folders = foldersOf(db, request.scope)
    this.#folderOf = db.prepare('select d.path from entries e join directories d on d.id = e.parent_id where e.id = ?')
    this.#contents = new ContentWriter(db, host.now)
    this.#transactions = new TrackedTransactions(db)
  }

  async run(): Promise<IdentifyReport> {
    const { threads, mode, whole, patience } = this.#request
    await using pool = new HashPool({ threads, answerMs: patience?.answerMs })
    this.#host.phase('identify')
    if (whole) await this.#lookAgain()
    this.#total = this.#countPending()
    await this.#hashPending(pool, threads)
    for (let round = 0; round < FRESH_ROUNDS && this.#fresh.length > 0; round++) {
      await delay(FRESH_WAIT_MS, undefined, { signal: this.#host.signal })
      const again = this.#fresh.splice(0)
      for (let at = 0; at < again.length; at += FILES_PER_BATCH)
        await this.#recordAll([await this.#hash(pool, again.slice(at, at + FILES_PER_BATCH))])
      this.#checkpoint(null)
    }
    for (const file of this.#fresh) this.#isUnsettled(file)
    if (mode === 'deep') await this.#examine()
    return { ...this.#report, unsettled: this.#unsettled, left: [...this.#left], stale: this.#stale }
  }

  async #examine(): Promise<void> {
    this.#host.phase('media')
    this.#report.examined += await examineMedia(this.#request.whole ? null : this.#found, {
      db: this.#db,
      host: this.#host,
      contents: this.#contents,
      folders: this.#folders,
      dir: this.#request.scope.dir,
      patience: this.#request.patience,
      inTransaction: (work) => this.#inTransaction(work),
    })
  }

  /**
   * Makes files pending again: files that could not be read, because they may be readable now although no recorded
   * fact has changed; and in deep mode, files whose content was only hashed and has no type yet.
   */
  async #lookAgain(): Promise<void> {
    const untyped = `or content_id in (select id from content_identities where confidence = 0 and examined_at is null and size > 0)`
    const rows = this.#db
      .prepare(
        `select id, parent_id from entries where id > ? and kind = 0
         and (content_state = ${FAILED} ${this.#request.mode === 'deep' ? untyped : ''})`,
      )
      .iterate(this.#request.after)
    const ids: number[] = []
    for (const row of rows) if (this.#folders.has(Number(row['parent_id']))) ids.push(Number(row['id']))
    const wait = this.#db.prepare(`update entries set content_state = ${PENDING} where id = ?`)
    for (let at = 0; at < ids.length; at += ROWS_PER_PAGE)
      await this.#inTransaction(() => {
        for (const id of ids.slice(at, at + ROWS_PER_PAGE)) {
          wait.run(id)
          this.#settled.push(id)
        }
      })
  }

  /** Files with row ids up to `after` are done; null: no progress in row order. */
  #checkpoint(after: number | null): void {
    const state: IdentifyCheckpoint = {
      after: after && Math.min(after, this.#doneUpTo),
      contents: this.#told.splice(0),
    }
    this.#host.checkpoint(state)
  }

  /** Runs `work` in a transaction, with the write lease. */
  async #inTransaction(work: () => void): Promise<void> {
    using _lease = await this.#host.lease()
    this.#retyped = []
    this.#settled = []
    const { changesets } = this.#transactions.run(work)
    this.#host.committed({ ...nothingTouched(), modified: this.#retyped, identified: this.#settled, changesets })
  }

  #countPending(): number {
    let count = 0
    const { after, ids } = this.#request
    const waiting = 'select parent_id from entries where kind = 0 and content_state = 0 and'
    const rows =
      ids === null
        ? this.#db.prepare(`${waiting} id > ?`).iterate(after)
        : this.#db.prepare(`${waiting} id in (select value from json_each(?))`).iterate(JSON.stringify(ids))
    for (const row of rows) if (this.#folders.has(Number(row['parent_id']))) count++
    return count
  }

  /**
   * Hashes all pending files. Batches overlap, so that threads hash while rows are written. Checkpoints follow the
   * order of row ids.
   */
  async #hashPending(pool: HashPool, threads: number): Promise<void> {
    const running: Promise<Hashed>[] = []
    const hashed: Hashed[] = []
    let recordedAt = performance.now()
    const record = async () => {
      const last = hashed.at(-1)?.files.at(-1)
      if (!last) return
      const done = hashed.splice(0)
      await this.#recordAll(done)
      for (const { begun } of done) begun?.[Symbol.dispose]()
      this.#checkpoint(last.id)
      recordedAt = performance.now()
    }
    const takeOldest = async () => {
      hashed.push(await running.shift()!)
      if (hashed.length >= BATCHES_PER_TRANSACTION || performance.now() - recordedAt >= RECORD_MS) await record()
    }
    const suspects: Suspect[] = []
    for (const batch of this.#pendingBatches()) {
      const files = await this.#withoutSuspects(batch, suspects)
      const hashing = this.#hash(pool, files)
      // A failure is handled when this batch is next; until then it must not count as an unhandled rejection.
      hashing.catch(() => {})
      running.push(hashing)
      if (running.length >= threads * BATCHES_PER_THREAD) await takeOldest()
    }
    while (running.length > 0) await takeOldest()
    await record()
    // Read suspects one at a time: if the process crashes again, the cause is known.
    for (const { file } of suspects.toSorted((a, b) => a.stops - b.stops)) {
      hashed.push(await this.#hash(pool, [file]))
      await record()
    }
  }

  /**
   * Takes out the files that were being read when the process crashed. Each one is read later, or recorded as
   * unreadable.
   */
  async #withoutSuspects(files: readonly PendingFile[], suspects: Suspect[]): Promise<readonly PendingFile[]> {
    const { items } = this.#host
    if (!items) return files
    const verdicts = files.map((file) => ({ file, verdict: items.verdict(itemOf(file)) }))
    const blamed: { file: PendingFile; reason: string }[] = []
    for (const { file, verdict } of verdicts) {
      if (verdict.when === 'never') blamed.push({ file, reason: verdict.reason })
      if (verdict.when !== 'last') continue
      suspects.push({ file, stops: verdict.stops })
      this.#doneUpTo = Math.min(this.#doneUpTo, file.id - 1)
    }
    if (blamed.length > 0) {
      await this.#inTransaction(() => {
        for (const { file, reason } of blamed)
          this.#fail(file, { code: 'STOPPED', message: `${reason}; it is read again once it has changed` })
      })
    }
    return verdicts.filter(({ verdict }) => verdict.when === 'now').map(({ file }) => file)
  }

  *#pendingBatches(): Generator<PendingFile[]> {
    const { ids } = this.#request
    const page = this.#db.prepare(
      `select e.id, e.parent_id, e.name, e.size, e.allocated, e.mtime, e.mtime_ns, e.ctime, e.type, s.content_id as stale
       from entries e left join stale_contents s on s.entry_id = e.id
       where e.id > ? and e.kind = 0 and e.content_state = 0
         ${ids === null ? '' : 'and e.id in (select value from json_each(?))'} order by e.id limit ${ROWS_PER_PAGE}`,
    )
    const asked = ids === null ? [] : [JSON.stringify(ids)]
    let batch: PendingFile[] = []
    for (let after = this.#request.after; ;) {
      const rows = page.all(after, ...asked)
      if (rows.length === 0) break
      after = Number(rows.at(-1)!['id'])
      for (const row of rows) {
        const folder = this.#folders.get(Number(row['parent_id']))
        if (folder === undefined) {
          if (ids !== null) this.#left.add(Number(row['id']))
          continue
        }
        const facts = { size: Number(row['size']), blocks: Number(row['allocated']) / 512 }
        if (isPlaceholder(facts, this.#request.cloud)) continue
        batch.push({
          id: Number(row['id']),
          dir: folder,
          name: row['name'] as RawName,
          path: joinName(folder, row['name'] as RawName),
          size: Number(row['size']),
          mtime: Number(row['mtime']),
          mtimeNs: Number(row['mtime_ns']),
          ctime: Number(row['ctime']),
          type: Number(row['type']),
          staleContentId: row['stale'] === null ? null : Number(row['stale']),
        })
        if (batch.length < FILES_PER_BATCH) continue
        yield batch
        batch = []
      }
    }
    if (batch.length > 0) yield batch
  }

  async #hash(pool: HashPool, files: readonly PendingFile[]): Promise<Hashed> {
    const { signal } = this.#host
    signal.throwIfAborted()
    const begun = (await this.#host.items?.begin(files.map(itemOf))) ?? null
    const paths = files.map((file) => file.path)
    const { reopened } = this.#writer
    const batch = await pool.sampled(paths, { identify: this.#request.mode === 'deep', signal })
    return { files, batch, begun, reopened, fullHashes: await this.#fullHashes(pool, files, batch) }
  }

  async #recordAll(hashed: readonly Hashed[]): Promise<void> {
    this.#host.signal.throwIfAborted()
    const waitingBefore = this.#fresh.length
    await this.#inTransaction(() => {
      for (const { batch, files, fullHashes, reopened } of hashed) {
        const failures = new Map(batch.errors.map((error) => [error.index, error]))
        for (const [i, file] of files.entries()) {
          const failure = failures.get(i)
          // The folder's permissions may have changed between reading the file and recording the failure, so the
          // failure may be outdated.
          if (failure && isRefusal(failure) && (reopened !== this.#writer.reopened || !this.#isStillIn(file)))
            this.#isUnsettled(file)
          else if (failure) this.#fail(file, failure)
          else this.#record(file, batch, i, fullHashes.get(file.id) ?? null)
        }
      }
    })
    const count = hashed.reduce((sum, { files }) => sum + files.length, 0)
    // Files that were just written are not done: they are read again.
    this.#done += count - (this.#fresh.length - waitingBefore)
    this.#host.progress(this.#done, this.#total, this.#report.bytes)
  }

  /**
   * If a large file was touched and its samples are unchanged, it may still have changed between the samples. Such
   * files are read completely.
   */
  async #fullHashes(pool: HashPool, files: readonly PendingFile[], batch: HashBatch): Promise<Map<number, Uint8Array>> {
    const hashes = new Map<number, Uint8Array>()
    for (const [i, file] of files.entries()) {
      if (file.staleContentId === null || file.size <= WHOLE_FILE_BYTES || batch.states[i] !== HASHED) continue
      const stale = this.#contents.byId(file.staleContentId)
      const same = stale && (stale.version === 2 || Buffer.from(stale.hash).equals(hashAt(batch, i)))
      if (!same) continue
      const full = await pool.full(file.path, { signal: this.#host.signal })
      if (full.state === 'hashed') hashes.set(file.id, full.hash)
    }
    return hashes
  }

  #fail(file: PendingFile, failure: { code: string; message: string }): void {
    // The next scan notices files that are gone or are no longer files. Files on a volume that was briefly away stay
    // pending.
    if (GONE_CODES.has(failure.code)) return void this.#left.add(file.id)
    if (!this.#contents.fail(file)) return this.#isUnsettled(file)
    this.#settled.push(file.id)
    this.#report.failed++
    const code = isRefusal(failure) ? 'PermissionDenied' : 'Unavailable'
    const path = displayName(file.path)
    this.#host.warn({ code, message: `${path} cannot be read: ${systemReason(failure.message)}`, path })
  }

  /** Whether the folder of a file still has the path by which the file was read. */
  #isStillIn({ dir, id }: PendingFile): boolean {
    const path = this.#folderOf.get(id)?.['path'] as Uint8Array | undefined
    const { scope } = this.#request
    if (path === undefined || !isBelow(path, nameBytes(scope.volumePath))) return false
    return nameKey(absolutePath(scope, path)) === nameKey(dir)
  }

  #isUnsettled({ id }: PendingFile): void {
    this.#unsettled++
    this.#left.add(id)
  }

  #record(file: PendingFile, batch: HashBatch, i: number, fullHash: Uint8Array | null): void {
    const state = hashStates[batch.states[i]!]!
    const sameFile =
      batch.sizes[i] === file.size &&
      batch.mtimes[i] === file.mtime &&
      batch.mtimeNs[i] === file.mtimeNs &&
      batch.ctimes[i] === file.ctime
    if (state === 'tooFresh') {
      this.#fresh.push(file)
      this.#doneUpTo = Math.min(this.#doneUpTo, file.id - 1)
      return
    }
    if (state === 'hashed' && !sameFile && this.#stale.length < MAX_STALE) {
      const { id, dir, name } = file
      this.#stale.push({ id, dir, name })
    }
    if (state !== 'hashed' || !sameFile) return this.#isUnsettled(file)
    const definition =
      batch.types && batch.types.definitions[i] !== NO_DEFINITION ? definitionAt(batch.types.definitions[i]!) : null
    const confidence = batch.types?.confidences[i] ?? 0
    const type = definition ? fileTypeNumbers[definition.category] : file.type
    const content = this.#contents.identify({
      hash: hashAt(batch, i),
      fullHash,
      size: file.size,
      // Empty files share one content, whatever types their names suggest.
      type: file.size === 0 ? 0 : type,
      mime: file.size === 0 ? null : (definition?.mimes[0] ?? null),
      confidence,
    })
    const shownType = confidence >= SURE ? type : file.type
    if (!this.#contents.link(file, content.id, shownType)) return this.#isUnsettled(file)
    this.#settled.push(file.id)
    this.#told.push(content.uuid)
    this.#found.add(content.id)
    if (shownType !== file.type) this.#retyped.push(file.id)
    if (batch.types) this.#contents.conflict(file.id, batch.types.conflicts.find((each) => each.index === i) ?? null)
    this.#report.identified++
    this.#report.bytes += file.size
  }
}

function isRefusal({ code }: { readonly code: string }): boolean {
  return code === 'EACCES' || code === 'EPERM'
}

/** The path no longer leads to the file of the row. */
const GONE_CODES: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', NOT_A_FILE])

const HASHED = hashStates.indexOf('hashed')

/** A changed file is a new item: its new contents may be harmless. */
function itemOf({ id, mtime, mtimeNs, size }: PendingFile): string {
  return `file ${id} of ${mtime}.${mtimeNs}, ${size} bytes`
}

function hashAt(batch: HashBatch, i: number): Uint8Array {
  return batch.hashes.slice(i * 32, (i + 1) * 32)
}

/**
 * The folders of a location with their absolute paths, by row id. Folders of a location inside it are left out,
 * because they belong to that one.
 */
function foldersOf(db: DatabaseSync, scope: LocationScope): Map<number, RawName> {
  const from = nameBytes(scope.volumePath)
  const rows = db
    .prepare('select id, path from directories where volume_id = ? and path >= ? and path < ?')
    .all(scope.volumeId, from, pathAfter(from))
  const nested = db
    .prepare(
      `select d.path from locations l join directories d on d.id = l.directory_id
       where d.volume_id = ? and d.path > ? and d.path < ?`,
    )
    .all(scope.volumeId, from, pathAfter(from))
    .map((row) => Buffer.from(row['path'] as Uint8Array))
  const folders = new Map<number, RawName>()
  for (const row of rows) {
    const path = Buffer.from(row['path'] as Uint8Array)
    if (nested.some((root) => path.subarray(0, root.length).equals(root))) continue
    folders.set(Number(row['id']), absolutePath(scope, path))
  }
  return folders
}

/** The absolute path of a folder in a location, from its path in the volume. */
function absolutePath({ dir, volumePath }: LocationScope, path: Uint8Array): RawName {
  const from = nameBytes(volumePath).length
  const below = bytesToName(path.subarray(from, Math.max(from, path.length - 1)))
  return below.length === 0 ? dir : joinName(dir, below)
}
