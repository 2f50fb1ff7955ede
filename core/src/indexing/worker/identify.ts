import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import {
  contentUuid,
  definitionAt,
  HashPool,
  type HashBatch,
  hashStates,
  MediaReader,
  type MediaResult,
  NO_DEFINITION,
  WHOLE_FILE_BYTES,
} from '../../content/index.ts'
import { type FileType, fileTypes } from '../../domain/file-kind.ts'
import { systemReason } from '../../util/errors.ts'
import { bytesToName, displayName, joinName, nameBytes, type RawName } from '../../util/file-name.ts'
import { isPlaceholder } from '../../volume/index.ts'
import { pathAfter } from './entry-writer.ts'
import type { RequestHost } from './index-worker.ts'
import type { IdentifyReport, IdentifyRequest, LocationScope } from './requests.ts'

/** Files a hashing thread gets at once, and a transaction records. */
const FILES_PER_BATCH = 256
/** Rows looked through at once for files that wait. */
const ROWS_PER_PAGE = 2_048
/** A file that was just written is looked at again after this long, this often; see `FRESH_MS`. */
const FRESH_WAIT_MS = 2_100
const FRESH_ROUNDS = 2
/** A content's type is believed over the name's from here on. */
const SURE = 85

/** Values of `entries.content_state`. */
const IDENTIFIED = 1
const FAILED = 2

interface PendingFile {
  readonly id: number
  readonly path: RawName
  readonly size: number
  readonly mtime: number
  readonly mtimeNs: number
  readonly type: number
  readonly staleContentId: number | null
}

/**
 * Gives every file of a location that waits for it its content identity, and in deep mode its type by content and what
 * it says of itself. Each batch commits on its own, so what is done stays done.
 */
export async function identify(db: DatabaseSync, request: IdentifyRequest, host: RequestHost): Promise<IdentifyReport> {
  const run = new Identification(db, request, host)
  return run.run()
}

class Identification {
  readonly #db: DatabaseSync
  readonly #request: IdentifyRequest
  readonly #host: RequestHost
  readonly #folders: ReadonlyMap<number, RawName>
  readonly #contents: ContentWriter
  readonly #report = { identified: 0, bytes: 0, examined: 0, failed: 0, unsettled: 0 }
  readonly #fresh: PendingFile[] = []
  /** Below the first file that comes again, which must also come after a restart. */
  #doneUpTo = Number.POSITIVE_INFINITY
  #done = 0
  #total = 0

  constructor(db: DatabaseSync, request: IdentifyRequest, host: RequestHost) {
    this.#db = db
    this.#request = request
    this.#host = host
    this.#folders = foldersOf(db, request.scope)
    this.#contents = new ContentWriter(db, host)
  }

  async run(): Promise<IdentifyReport> {
    const { threads, mode } = this.#request
    await using pool = new HashPool({ threads })
    this.#host.phase('identify')
    this.#total = this.#countPending()
    await this.#hashPending(pool, threads)
    for (let round = 0; round < FRESH_ROUNDS && this.#fresh.length > 0; round++) {
      await delay(FRESH_WAIT_MS, undefined, { signal: this.#host.signal })
      const again = this.#fresh.splice(0)
      for (let at = 0; at < again.length; at += FILES_PER_BATCH)
        await this.#hashBatch(pool, again.slice(at, at + FILES_PER_BATCH))
    }
    this.#report.unsettled += this.#fresh.length
    if (mode === 'deep') await this.#examine(pool)
    return this.#report
  }

  #countPending(): number {
    let count = 0
    const rows = this.#db.prepare('select parent_id from entries where id > ? and kind = 0 and content_state = 0')
    for (const row of rows.iterate(this.#request.after)) if (this.#folders.has(Number(row['parent_id']))) count++
    return count
  }

  /** Batches overlap, so the threads hash while rows are written; checkpoints follow the order of ids. */
  async #hashPending(pool: HashPool, threads: number): Promise<void> {
    const running: { work: Promise<void>; last: number }[] = []
    for (const batch of this.#pendingBatches()) {
      const work = this.#hashBatch(pool, batch)
      // Its failure is told when its turn comes; until then nobody listens.
      work.catch(() => {})
      running.push({ work, last: batch.at(-1)!.id })
      if (running.length <= threads) continue
      const oldest = running.shift()!
      await oldest.work
      this.#host.checkpoint({ after: Math.min(oldest.last, this.#doneUpTo) })
    }
    for (const { work, last } of running) {
      await work
      this.#host.checkpoint({ after: Math.min(last, this.#doneUpTo) })
    }
  }

  *#pendingBatches(): Generator<PendingFile[]> {
    const page = this.#db.prepare(
      `select e.id, e.parent_id, e.name, e.size, e.allocated, e.mtime, e.mtime_ns, e.type, s.content_id as stale
       from entries e left join stale_contents s on s.entry_id = e.id
       where e.id > ? and e.kind = 0 and e.content_state = 0 order by e.id limit ${ROWS_PER_PAGE}`,
    )
    let batch: PendingFile[] = []
    for (let after = this.#request.after; ;) {
      const rows = page.all(after)
      if (rows.length === 0) break
      after = Number(rows.at(-1)!['id'])
      for (const row of rows) {
        const folder = this.#folders.get(Number(row['parent_id']))
        if (folder === undefined) continue
        const facts = { size: Number(row['size']), blocks: Number(row['allocated']) / 512 }
        if (isPlaceholder(facts, this.#request.cloud)) continue
        batch.push({
          id: Number(row['id']),
          path: joinName(folder, row['name'] as RawName),
          size: Number(row['size']),
          mtime: Number(row['mtime']),
          mtimeNs: Number(row['mtime_ns']),
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

  async #hashBatch(pool: HashPool, files: readonly PendingFile[]): Promise<void> {
    const { signal } = this.#host
    signal.throwIfAborted()
    const paths = files.map((file) => file.path)
    const batch = await pool.sampled(paths, { identify: this.#request.mode === 'deep', signal })
    const fullHashes = await this.#fullHashes(pool, files, batch)
    const failures = new Map(batch.errors.map((error) => [error.index, error]))
    using _lease = await this.#host.lease()
    const waitingBefore = this.#fresh.length
    this.#db.exec('begin immediate')
    try {
      for (const [i, file] of files.entries()) {
        const failure = failures.get(i)
        if (failure) this.#fail(file, failure)
        else this.#record(file, batch, i, fullHashes.get(file.id) ?? null)
      }
      this.#db.exec('commit')
    } catch (err) {
      // A full disk has undone it already.
      if (this.#db.isTransaction) this.#db.exec('rollback')
      throw err
    }
    // Those that were just written come again.
    this.#done += files.length - (this.#fresh.length - waitingBefore)
    this.#host.progress(this.#done, this.#total, this.#report.bytes)
  }

  /** A large file that was touched and has the samples it had may still have changed between them: those are read whole. */
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
    // A file that is gone is the next scan's to notice.
    if (failure.code === 'ENOENT') return
    this.#report.failed++
    this.#contents.fail(file.id)
    const code = failure.code === 'EACCES' || failure.code === 'EPERM' ? 'PermissionDenied' : 'Unavailable'
    const path = displayName(file.path)
    this.#host.warn({ code, message: `${path} cannot be read: ${systemReason(failure.message)}`, path })
  }

  #record(file: PendingFile, batch: HashBatch, i: number, fullHash: Uint8Array | null): void {
    const state = hashStates[batch.states[i]!]!
    const sameFile = batch.sizes[i] === file.size && batch.mtimes[i] === file.mtime && batch.mtimeNs[i] === file.mtimeNs
    if (state === 'tooFresh') {
      this.#fresh.push(file)
      this.#doneUpTo = Math.min(this.#doneUpTo, file.id - 1)
      return
    }
    if (state !== 'hashed' || !sameFile) {
      this.#report.unsettled++
      return
    }
    const definition =
      batch.types && batch.types.definitions[i] !== NO_DEFINITION ? definitionAt(batch.types.definitions[i]!) : null
    const confidence = batch.types?.confidences[i] ?? 0
    const type = definition ? fileTypes.indexOf(definition.category) : file.type
    const contentId = this.#contents.identify({
      hash: hashAt(batch, i),
      fullHash,
      size: file.size,
      // Empty files share one content, whatever their names say they are.
      type: file.size === 0 ? 0 : type,
      mime: file.size === 0 ? null : (definition?.mimes[0] ?? null),
      confidence,
    })
    this.#contents.link(file.id, contentId, confidence >= SURE && type !== file.type ? type : null)
    if (batch.types) this.#contents.conflict(file.id, batch.types.conflicts.find((each) => each.index === i) ?? null)
    this.#report.identified++
    this.#report.bytes += file.size
  }

  /** Reads what pictures and sounds say of themselves, once for each content. */
  async #examine(pool: HashPool): Promise<void> {
    await using reader = new MediaReader()
    this.#host.phase('media')
    const waiting = this.#unexamined()
    this.#total = waiting.length
    this.#done = 0
    for (let at = 0; at < waiting.length; at += FILES_PER_BATCH) {
      const part = waiting.slice(at, at + FILES_PER_BATCH)
      await this.#examineBatch(pool, reader, part)
      this.#done += part.length
      this.#host.progress(this.#done, this.#total, 0)
    }
  }

  #unexamined(): { contentId: number; entryId: number; path: RawName; type: number; confidence: number }[] {
    const rows = this.#db.prepare(
      `select c.id, c.type, c.confidence, e.id as entry_id, e.parent_id, e.name from content_identities c
       join entries e on e.content_id = c.id where c.examined_at is null and c.size > 0 order by c.id`,
    )
    const waiting = new Map<
      number,
      { contentId: number; entryId: number; path: RawName; type: number; confidence: number }
    >()
    for (const row of rows.iterate()) {
      const folder = this.#folders.get(Number(row['parent_id']))
      const contentId = Number(row['id'])
      if (folder === undefined || waiting.has(contentId)) continue
      waiting.set(contentId, {
        contentId,
        entryId: Number(row['entry_id']),
        path: joinName(folder, row['name'] as RawName),
        type: Number(row['type']),
        confidence: Number(row['confidence']),
      })
    }
    return [...waiting.values()]
  }

  async #examineBatch(
    pool: HashPool,
    reader: MediaReader,
    files: readonly { contentId: number; entryId: number; path: RawName; type: number; confidence: number }[],
  ): Promise<void> {
    const { signal } = this.#host
    const unknown = files.filter((file) => file.confidence === 0)
    const types =
      unknown.length > 0
        ? await pool.sampled(
            unknown.map((file) => file.path),
            { identify: true, signal },
          )
        : null
    const typed = new Map<number, { type: number; mime: string | null; confidence: number }>()
    for (const [i, file] of unknown.entries()) {
      const index = types?.types?.definitions[i] ?? NO_DEFINITION
      if (index === NO_DEFINITION) continue
      const definition = definitionAt(index)
      const confidence = types!.types!.confidences[i]!
      typed.set(file.contentId, {
        type: fileTypes.indexOf(definition.category),
        mime: definition.mimes[0] ?? null,
        confidence,
      })
    }
    const media = new Map<number, MediaResult>()
    for (const file of files) {
      signal.throwIfAborted()
      const type = fileTypes[typed.get(file.contentId)?.type ?? file.type] satisfies FileType | undefined
      if (type !== 'image' && type !== 'audio') continue
      media.set(file.contentId, await reader.read(file.path, type, signal))
    }
    using _lease = await this.#host.lease()
    this.#db.exec('begin immediate')
    try {
      for (const file of files)
        this.#contents.examined(file, typed.get(file.contentId) ?? null, media.get(file.contentId) ?? null)
      this.#db.exec('commit')
    } catch (err) {
      // A full disk has undone it already.
      if (this.#db.isTransaction) this.#db.exec('rollback')
      throw err
    }
    for (const file of files) {
      const result = media.get(file.contentId)
      const damage = result && 'row' in result && result.kind === 'image' ? result.damage : null
      if (damage) this.#host.warn({ code: 'Corrupt', message: damage, path: displayName(file.path) })
      if (result && 'state' in result)
        this.#host.warn({ code: 'Unsupported', message: result.message, path: displayName(file.path) })
    }
    this.#report.examined += files.length
  }
}

const HASHED = hashStates.indexOf('hashed')

function hashAt(batch: HashBatch, i: number): Uint8Array {
  return batch.hashes.slice(i * 32, (i + 1) * 32)
}

/** The folders of a location with their absolute paths; those of locations inside it belong to those. */
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
    const below = bytesToName(path.subarray(from.length, Math.max(from.length, path.length - 1)))
    folders.set(Number(row['id']), below.length === 0 ? scope.dir : joinName(scope.dir, below))
  }
  return folders
}

interface KnownContent {
  readonly id: number
  readonly hash: Uint8Array
  readonly version: number
  readonly fullHash: Uint8Array | null
}

/** The statements that record contents. Called inside a transaction. */
class ContentWriter {
  readonly #host: RequestHost
  readonly #byUuid: StatementSync
  readonly #byId: StatementSync
  readonly #insert: StatementSync
  readonly #keepFull: StatementSync
  readonly #link: StatementSync
  readonly #retype: StatementSync
  readonly #unstale: StatementSync
  readonly #fail: StatementSync
  readonly #conflict: StatementSync
  readonly #noConflict: StatementSync
  readonly #typed: StatementSync
  readonly #examined: StatementSync
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync, host: RequestHost) {
    this.#db = db
    this.#host = host
    this.#byUuid = db.prepare('select id, hash, hash_version, full_hash from content_identities where uuid = ?')
    this.#byId = db.prepare('select id, hash, hash_version, full_hash from content_identities where id = ?')
    this.#insert = db.prepare(
      `insert into content_identities(uuid, hash, hash_version, full_hash, size, type, mime, confidence)
       values(?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#keepFull = db.prepare('update content_identities set full_hash = ? where id = ?')
    this.#link = db.prepare(`update entries set content_id = ?, content_state = ${IDENTIFIED} where id = ?`)
    this.#retype = db.prepare('update entries set type = ? where id = ?')
    this.#unstale = db.prepare('delete from stale_contents where entry_id = ?')
    this.#fail = db.prepare(`update entries set content_state = ${FAILED} where id = ?`)
    this.#conflict = db.prepare(
      `insert into content_conflicts(entry_id, extension, looks_like) values(?, ?, ?)
       on conflict(entry_id) do update set extension = excluded.extension, looks_like = excluded.looks_like`,
    )
    this.#noConflict = db.prepare('delete from content_conflicts where entry_id = ?')
    this.#typed = db.prepare('update content_identities set type = ?, mime = ?, confidence = ? where id = ?')
    this.#examined = db.prepare('update content_identities set examined_at = ? where id = ?')
  }

  byId(id: number): KnownContent | null {
    return known(this.#byId.get(id))
  }

  /**
   * The content a file holds. Its samples name it, unless the full hash is known on both sides and they differ: then
   * two contents share their samples, and this one is named by its full hash.
   */
  identify(of: {
    hash: Uint8Array
    fullHash: Uint8Array | null
    size: number
    type: number
    mime: string | null
    confidence: number
  }): number {
    const uuid = contentUuid(of.hash)
    const sampled = known(this.#byUuid.get(uuid))
    if (sampled && of.fullHash && sampled.fullHash && !Buffer.from(sampled.fullHash).equals(of.fullHash)) {
      const ownUuid = contentUuid(of.fullHash)
      const own = known(this.#byUuid.get(ownUuid))
      return own ? own.id : this.#add(ownUuid, of.fullHash, 2, of)
    }
    if (!sampled) return this.#add(uuid, of.hash, 1, of)
    if (of.fullHash && !sampled.fullHash) this.#keepFull.run(of.fullHash, sampled.id)
    return sampled.id
  }

  link(entryId: number, contentId: number, type: number | null): void {
    this.#link.run(contentId, entryId)
    if (type !== null) this.#retype.run(type, entryId)
    this.#unstale.run(entryId)
  }

  fail(entryId: number): void {
    this.#fail.run(entryId)
  }

  conflict(entryId: number, conflict: { extension: string; looksLike: string } | null): void {
    if (conflict) this.#conflict.run(entryId, conflict.extension, conflict.looksLike)
    else this.#noConflict.run(entryId)
  }

  examined(
    { contentId, entryId }: { contentId: number; entryId: number },
    type: { type: number; mime: string | null; confidence: number } | null,
    media: MediaResult | null,
  ): void {
    if (type) {
      this.#typed.run(type.type, type.mime, type.confidence, contentId)
      if (type.confidence >= SURE) this.#retype.run(type.type, entryId)
    }
    if (media && 'row' in media) this.#keepMedia(contentId, media.kind, media.row)
    this.#examined.run(this.#host.now(), contentId)
  }

  #keepMedia(contentId: number, kind: 'image' | 'audio', row: object): void {
    const columns = Object.entries(row) as [string, string | number | null][]
    const names = columns.map(([name]) => name)
    const table = kind === 'image' ? 'image_media' : 'audio_media'
    const marks = names.map(() => '?').join(', ')
    this.#db
      .prepare(`insert or replace into ${table}(content_id, ${names.join(', ')}) values(?, ${marks})`)
      .run(contentId, ...columns.map(([, value]) => value))
  }

  #add(
    uuid: Uint8Array,
    hash: Uint8Array,
    version: number,
    of: { fullHash: Uint8Array | null; size: number; type: number; mime: string | null; confidence: number },
  ): number {
    const { lastInsertRowid } = this.#insert.run(
      uuid,
      hash,
      version,
      of.fullHash,
      of.size,
      of.type,
      of.mime,
      of.confidence,
    )
    return Number(lastInsertRowid)
  }
}

function known(row: Record<string, unknown> | undefined): KnownContent | null {
  if (!row) return null
  return {
    id: Number(row['id']),
    hash: row['hash'] as Uint8Array,
    version: Number(row['hash_version']),
    fullHash: row['full_hash'] as Uint8Array | null,
  }
}
