import type { DatabaseSync } from 'node:sqlite'
import { kyselyOver, migrate, openDatabase } from '../src/db/index.ts'
import type { RuleSettings } from '../src/domain/rules.ts'
import type { Patience } from '../src/indexing/thread/patience.ts'
import type { EntryRow, Touched } from '../src/indexing/thread/touched.ts'
import { EntryWriter } from '../src/indexing/thread/entry-writer.ts'
import { EphemeralIds } from '../src/indexing/thread/ephemeral-ids.ts'
import { type Mended, mendRules } from '../src/indexing/thread/invariants.ts'
import { createRoot } from '../src/indexing/thread/root.ts'
import { Scan } from '../src/indexing/thread/scan.ts'
import type { DirtyDirectory, ScanHost, ScanReport, ScanRequest } from '../src/indexing/thread/scan-request.ts'
import { inTransaction } from '../src/indexing/thread/write-window.ts'
import { migrations } from '../src/store/migrations/index.ts'
import { findWrongSums } from '../src/indexing/thread/wrong-sums.ts'

/** The rows of one folder in a database in memory, with the scanner that keeps them: the engine without its threads. */
export interface TestIndex extends Disposable {
  readonly db: DatabaseSync
  readonly warnings: { code: string; path: string }[]
  readonly commits: Touched[]
  scan(options?: Partial<ScanRequest>, host?: Partial<ScanHost>): Promise<ScanReport>
  refresh(dirty: readonly DirtyDirectory[], options?: Partial<ScanRequest>): Promise<ScanReport>
  /** Makes a folder a separate location that has not been scanned yet. */
  addLocation(dir: string): Promise<void>
  /** Repairs rows that break the rules of the index, as an bulk thread does at its start. */
  mend(): Promise<Mended>
  /** Every row below the root by its path from there: what a comparison with the disk needs. */
  rows(): Map<string, EntryRow & { uuid: string }>
  /** Folders whose sums do not match their contents. */
  wrongSums(): unknown[]
}

/** Further folders add no information. */
const MAX_WRONG_SUMS = 100

const noRules: RuleSettings = { names: [], globs: [] }

export async function createTestIndex(
  root: string,
  options: { file?: string; rules?: RuleSettings; patience?: Patience } = {},
): Promise<TestIndex> {
  const db = openDatabase(options.file ?? ':memory:')
  await migrate(kyselyOver(db), migrations, 'test')
  db.exec(`insert or ignore into devices(id, uuid, name, slug, details, created_at, last_seen_at) values(1, x'01', 'd', 'd', '{}', 0, 0);
    insert or ignore into volumes(id, uuid, device_id, fingerprint, name, kind, disk, filesystem, total_bytes, free_bytes, created_at, last_seen_at)
      values(1, x'01', 1, 'f', 'v', 'primary', 'ssd', 'ext4', 1, 1, 0, 0);`)
  const writer = new EntryWriter(db, { typeOf: () => 0, now: Date.now })
  const warnings: { code: string; path: string }[] = []
  const commits: Touched[] = []
  const host: ScanHost = {
    signal: new AbortController().signal,
    now: Date.now,
    lease: async () => ({ [Symbol.dispose]: () => {} }),
    committed: (touched) => void commits.push(touched),
    warn: ({ code, path }) => void warnings.push({ code, path }),
    progress: () => {},
    ids: new EphemeralIds(Date.now),
  }
  const volumePath = `${root.slice(1)}/`
  const { directoryId } = await createRoot(db, writer, { dir: root, volumeId: 1, volumePath, patience: null }, host)
  const latest = () => Number(db.prepare('select max(scanned_at) as latest from directories').get()!['latest'] ?? 0)
  const request = (): ScanRequest => ({
    dir: root,
    directoryId,
    volumeId: 1,
    volumePath,
    rulesRoot: root,
    rules: options.rules ?? noRules,
    recursive: true,
    maxDepth: null,
    // Later than every folder was recorded at, as the engine sees to.
    startedAt: Math.max(Date.now(), latest() + 1),
    trustFingerprints: true,
    trustTimes: false,
    force: false,
    threads: 0,
    patience: options.patience ?? null,
    silent: [],
  })
  return {
    db,
    warnings,
    commits,
    scan: (of = {}, overrides = {}) => new Scan(db, writer, { ...request(), ...of }, { ...host, ...overrides }).run(),
    refresh: (dirty, of = {}) => new Scan(db, writer, { ...request(), force: true, ...of }, host).refresh(dirty),
    async addLocation(dir) {
      const at = { dir, volumeId: 1, volumePath: `${dir.slice(1)}/`, patience: null }
      const row = await createRoot(db, writer, at, host)
      db.prepare(
        `insert into locations(uuid, directory_id, name, path, mode, watch, rules, state, root_inode, created_at)
         values(randomblob(16), ?, ?, ?, 'content', 1, '{}', 'complete', 1, 0)`,
      ).run(row.directoryId, dir, Buffer.from(dir))
    },
    mend: () => inTransaction({ writer, host }, () => mendRules(db, writer)),
    rows: () => readRows(db, directoryId),
    wrongSums: () => findWrongSums(db, MAX_WRONG_SUMS),
    [Symbol.dispose]: () => db.close(),
  }
}

function readRows(db: DatabaseSync, rootId: number): Map<string, EntryRow & { uuid: string }> {
  const rows = new Map<string, EntryRow & { uuid: string }>()
  const select = db.prepare('select * from entries where parent_id = ?')
  const waiting = [{ id: rootId, path: '' }]
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    for (const raw of select.all(folder.id)) {
      const row = raw as unknown as EntryRow & { uuid: Uint8Array }
      const path = folder.path + Buffer.from(row.name).toString('latin1')
      rows.set(path, { ...row, uuid: Buffer.from(row.uuid).toString('hex') })
      if (row.kind === 1) waiting.push({ id: row.id, path: `${path}/` })
    }
  }
  return rows
}
