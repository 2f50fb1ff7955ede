/**
 * Compares an index with the disk, and shares no code with the program that made it: its own walk, its own reading of
 * the database. Paths and names are strings of bytes (latin1), because a name need not be text.
 */
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** One thing in which index and disk are not equal, with both sides. */
export interface Difference {
  readonly check: string
  readonly path: string
  readonly disk: string
  readonly index: string
}

export interface DiskEntry {
  readonly path: string
  readonly name: string
  readonly kind: Kind
  readonly stats: Stats
  /** By name; null for what is no folder. */
  readonly children: Map<string, DiskEntry> | null
}

export interface Comparison {
  readonly differences: readonly Difference[]
  /** What the disk holds, by path. */
  readonly disk: ReadonlyMap<string, DiskEntry>
  /** The uuid of each row that was found on the disk, by path. */
  readonly uuids: ReadonlyMap<string, string>
}

export interface OracleOptions {
  readonly database: string
  readonly locations: readonly PlacedLocation[]
  /**
   * Files of which a change through another hard link may be unknown until the next scan, because no system tells a
   * watcher about it.
   */
  readonly linked: ReadonlySet<string>
}

export interface PlacedLocation {
  readonly name: string
  /** Where it was added. */
  readonly home: string
  /** Where its folder is. Where that is not its home, it is inside another location. */
  readonly path: string
}

type Kind = 'file' | 'directory' | 'symlink' | 'other'
type Stats = ReturnType<typeof stat>

/** The order in which the database numbers them. */
const kinds: readonly Kind[] = ['file', 'directory', 'symlink', 'other']
const IDENTIFIED = 1
/** What SQLite answers of a database in which nothing is wrong. */
const SOUND = '{"integrity_check":"ok"}'
/** Contents are named by the UUIDv5 of their hash. */
const CONTENT_NAMESPACE = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex')
/** What the default rules leave out, of the names that the soak gives. */
const hiddenFolders = new Set(['node_modules'])
const hiddenFiles = new Set(['.DS_Store'])

export class Oracle {
  /** SHA-256 by inode and times, for a file is read again only after it was written. */
  readonly #hashes = new Map<string, string>()

  compare(options: OracleOptions): Comparison {
    const disk = new Map<string, DiskEntry>()
    // A nested location comes after the one around it, and is part of its walk.
    const placed = options.locations.toSorted((a, b) => a.path.length - b.path.length)
    const roots = placed.map((location) => ({
      location,
      root: disk.get(location.path) ?? walk(location.path, '', disk),
    }))
    const db = new DatabaseSync(options.database, { readOnly: true })
    try {
      db.exec('begin')
      const index = readIndex(db)
      const comparing = new Comparing(options, index, (entry) => this.#hash(entry))
      comparing.run(roots)
      comparing.checkDatabase(db)
      return { differences: comparing.differences, disk, uuids: comparing.uuids }
    } finally {
      db.close()
    }
  }

  /** Whether every backup is sound: each was made in the middle of changes. */
  compareBackups(folder: string): Difference[] {
    const differences: Difference[] = []
    if (!existsSync(folder)) return differences
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.db'))) {
      // Nothing may be written beside it.
      const file = pathToFileURL(join(folder, name))
      file.searchParams.set('immutable', '1')
      const db = new DatabaseSync(file, { readOnly: true })
      try {
        for (const check of ['integrity_check', 'foreign_key_check']) {
          for (const row of db.prepare(`pragma ${check}`).all()) {
            const index = JSON.stringify(row)
            if (index !== SOUND) differences.push({ check: 'backup', path: name, disk: 'sound', index })
          }
        }
      } finally {
        db.close()
      }
    }
    return differences
  }

  #hash({ path, stats }: DiskEntry): string {
    const key = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join()
    const known = this.#hashes.get(key)
    if (known) return known
    const hash = createHash('sha256')
      .update(readFileSync(Buffer.from(path, 'latin1')))
      .digest('hex')
    this.#hashes.set(key, hash)
    return hash
  }
}

class Comparing {
  readonly differences: Difference[] = []
  readonly uuids = new Map<string, string>()
  readonly #options: OracleOptions
  readonly #index: Index
  readonly #hash: (entry: DiskEntry) => string
  readonly #reached = new Set<number>()
  readonly #contentByHash = new Map<string, { content: number; path: string }>()
  readonly #hashByContent = new Map<number, { hash: string; path: string }>()

  constructor(options: OracleOptions, index: Index, hash: (entry: DiskEntry) => string) {
    this.#options = options
    this.#index = index
    this.#hash = hash
  }

  run(roots: readonly { location: PlacedLocation; root: DiskEntry }[]): void {
    const { locations, rows } = this.#index
    for (const { location, root } of roots) {
      const [known, ...others] = locations.filter(({ name }) => name === location.name)
      for (const other of others) this.#differ('location', other.path, 'one location', `location ${other.id} too`)
      const isHome = location.path === location.home
      // One that is away may have been so since before it was added.
      if (!known && isHome) this.#differ('location', root.path, 'a location', 'unknown')
      if (!known) continue
      const isOffline = !isHome && known.state === 'offline' && known.path === location.home
      if (!isOffline) this.#compareState(root, known)
      const row = rows.get(known.directory_id)
      if (row) this.#compareRoot(root, row)
      else this.#differ('location', root.path, 'a folder', `no row ${known.directory_id}`)
    }
    for (const row of rows.values()) {
      if (!this.#reached.has(row.id)) this.#differ('orphan', row.name, 'nothing', describeRow(row))
    }
    this.#compareSums()
  }

  /** What only the database can say of itself. */
  checkDatabase(db: DatabaseSync): void {
    const all = (sql: string) =>
      db
        .prepare(sql)
        .all()
        .map((row) => JSON.stringify(row))
    for (const row of all('pragma integrity_check')) {
      if (row !== SOUND) this.#differ('integrity', '', 'ok', row)
    }
    for (const [check, sql] of Object.entries(databaseChecks)) {
      for (const row of all(sql)) this.#differ(check, '', 'nothing', row)
    }
  }

  /** A location whose folder was moved may have followed it. */
  #compareState(root: DiskEntry, { error, path, root_inode, state }: LocationRow): void {
    if (path !== root.path) this.#differ('location', root.path, root.path, path)
    if (state !== 'complete') this.#differ('state', root.path, 'complete', `${state}: ${error}`)
    if (inodeOf(root_inode) !== root.stats.ino) {
      this.#differ('root inode', root.path, String(root.stats.ino), String(inodeOf(root_inode)))
    }
  }

  #compareRoot(root: DiskEntry, row: EntryRow): void {
    if (this.#options.locations.some(({ path }) => root.path.startsWith(`${path}/`))) {
      // Its rows were compared with those of the location around it.
      if (this.uuids.get(root.path) === row.uuid) return
      return this.#differ('nested', root.path, 'the row in the location around it', describeRow(row))
    }
    if (row.parent_id !== null) this.#differ('parent', root.path, 'none', `row ${row.parent_id}`)
    this.#compareEntry(root, row)
  }

  #compareEntry(entry: DiskEntry, row: EntryRow): void {
    if (this.#reached.has(row.id)) return this.#differ('twice', entry.path, 'one entry', describeRow(row))
    this.#reached.add(row.id)
    this.uuids.set(entry.path, row.uuid)
    this.#compareStats(entry, row)
    if (entry.children) this.#compareFolder(entry, row)
    else if (row.directory) this.#differ('directory', entry.path, entry.kind, 'has a row of a folder')
    if (entry.kind === 'file') this.#compareContent(entry, row)
    else if (row.content_id !== null) this.#differ('content', entry.path, 'none', `content ${row.content_id}`)
  }

  #compareStats(entry: DiskEntry, row: EntryRow): void {
    const { stats } = entry
    if (row.kind !== kinds.indexOf(entry.kind)) {
      this.#differ('kind', entry.path, entry.kind, String(kinds[row.kind]))
      return
    }
    const compare = (check: string, disk: unknown, index: unknown) => {
      if (String(disk) !== String(index)) this.#differ(check, entry.path, String(disk), String(index))
    }
    compare('inode', stats.ino, inodeOf(row.inode))
    compare('birth', stats.birthtimeMs, row.birthtime)
    if (this.#isLinked(entry, row)) return
    compare('size', entry.kind === 'file' || entry.kind === 'symlink' ? stats.size : 0, row.size)
    compare('mtime', stats.mtimeNs, BigInt(row.mtime) * 1_000_000n + BigInt(row.mtime_ns))
    compare('mode', stats.mode, row.mode)
    const of = entry.children ? ' of a folder' : ''
    compare(`ctime${of}`, stats.ctimeMs, row.ctime)
    compare(`links${of}`, stats.nlink, row.nlink)
  }

  #compareFolder(entry: DiskEntry, row: EntryRow): void {
    const { directory } = row
    if (!directory) return this.#differ('directory', entry.path, 'a folder', 'has no row of a folder')
    const mount = this.#index.mounts.get(directory.volume_id) ?? ''
    const expected = `${entry.path.slice(mount === '/' ? 1 : mount.length + 1)}/`
    if (directory.path !== expected) this.#differ('path', entry.path, expected, directory.path)
    if (directory.error !== null) this.#differ('could not be read', entry.path, 'readable', directory.error)
    const rows = new Map<string, EntryRow>()
    for (const child of this.#index.children.get(row.id) ?? []) {
      if (rows.has(child.name)) this.#differ('twice', `${entry.path}/${child.name}`, 'one entry', describeRow(child))
      rows.set(child.name, child)
    }
    for (const [name, child] of entry.children!) {
      const childRow = rows.get(name)
      if (childRow) this.#compareEntry(child, childRow)
      else this.#differ('missing', child.path, describeEntry(child), 'nothing')
      rows.delete(name)
    }
    for (const [name, child] of rows) {
      this.#differ('stale', `${entry.path}/${name}`, 'nothing', describeRow(child))
      this.#reach(child)
    }
  }

  /** What is below a row that should not be there is told with that row. */
  #reach(row: EntryRow): void {
    if (this.#reached.has(row.id)) return
    this.#reached.add(row.id)
    for (const child of this.#index.children.get(row.id) ?? []) this.#reach(child)
  }

  #compareContent(entry: DiskEntry, row: EntryRow): void {
    if (this.#isLinked(entry, row)) return
    const { path } = entry
    if (row.content_state !== IDENTIFIED || row.content_id === null) {
      const states = ['pending', 'identified', 'could not be read', 'skipped']
      return this.#differ('not identified', path, 'a readable file', String(states[row.content_state]))
    }
    const content = this.#index.contents.get(row.content_id)
    if (!content) return this.#differ('content', path, 'a content', `no content ${row.content_id}`)
    if (BigInt(content.size) !== entry.stats.size) {
      this.#differ('content size', path, String(entry.stats.size), String(content.size))
    }
    if (content.uuid !== contentUuid(content.hash)) {
      this.#differ('content uuid', path, contentUuid(content.hash), content.uuid)
    }
    const hash = this.#hash(entry)
    const same = this.#contentByHash.get(hash)
    if (same && same.content !== row.content_id) {
      this.#differ('content', path, `the bytes of ${same.path}`, `content ${row.content_id}, not ${same.content}`)
    }
    const other = this.#hashByContent.get(row.content_id)
    if (other && other.hash !== hash) {
      this.#differ('content', path, `other bytes than ${other.path}`, `the same content ${row.content_id}`)
    }
    this.#contentByHash.set(hash, { content: row.content_id, path })
    this.#hashByContent.set(row.content_id, { hash, path })
  }

  #compareSums(): void {
    for (const row of this.#index.rows.values()) {
      if (!row.directory || !this.#reached.has(row.id)) continue
      const sums = this.#sumsOf(row)
      for (const [name, sum] of Object.entries(sums)) {
        const kept = row.directory[name as keyof Sums]
        if (kept === sum) continue
        this.#differ(`sum of ${name}`, row.directory.path, String(sum), String(kept))
      }
    }
  }

  readonly #sums = new Map<number, Sums>()

  /** Added up from the rows; that the rows are those of the disk is checked one by one. */
  #sumsOf(row: EntryRow): Sums {
    const known = this.#sums.get(row.id)
    if (known) return known
    const children = this.#index.children.get(row.id) ?? []
    const sums: Sums = {
      child_count: children.length,
      file_count: 0,
      dir_count: 0,
      symlink_count: 0,
      other_count: 0,
      total_size: 0,
    }
    // Before the children: a folder that lies below itself must not go on for ever.
    this.#sums.set(row.id, sums)
    for (const child of children) {
      sums[countOf[kinds[child.kind]!]]++
      if (child.kind === 0) sums.total_size += child.size
      if (!child.directory) continue
      const { child_count: _, ...below } = this.#sumsOf(child)
      for (const [name, sum] of Object.entries(below)) sums[name as keyof Sums] += sum
    }
    return sums
  }

  #isLinked({ path, stats }: DiskEntry, row: EntryRow): boolean {
    return this.#options.linked.has(path) || (this.#options.linked.size > 0 && row.kind === 0 && stats.nlink > 1n)
  }

  #differ(check: string, path: string, disk: string, index: string): void {
    this.differences.push({ check, path, disk, index })
  }
}

interface Sums {
  child_count: number
  file_count: number
  dir_count: number
  symlink_count: number
  other_count: number
  total_size: number
}

const countOf = {
  file: 'file_count',
  directory: 'dir_count',
  symlink: 'symlink_count',
  other: 'other_count',
} as const

interface EntryRow {
  readonly id: number
  readonly uuid: string
  readonly parent_id: number | null
  readonly name: string
  readonly kind: number
  readonly size: number
  readonly mtime: number
  readonly mtime_ns: number
  readonly ctime: number
  readonly birthtime: number | null
  readonly inode: number | Uint8Array
  readonly nlink: number
  readonly mode: number
  readonly content_id: number | null
  readonly content_state: number
  directory: DirectoryRow | null
}

interface DirectoryRow extends Readonly<Sums> {
  readonly id: number
  readonly volume_id: number
  readonly path: string
  readonly error: string | null
}

interface LocationRow {
  readonly id: number
  readonly name: string
  readonly directory_id: number
  readonly path: string
  readonly state: string
  readonly error: string | null
  readonly root_inode: number | Uint8Array
}

interface Index {
  readonly rows: Map<number, EntryRow>
  readonly children: Map<number, EntryRow[]>
  readonly locations: LocationRow[]
  readonly contents: Map<number, { readonly size: number; readonly uuid: string; readonly hash: string }>
  readonly mounts: Map<number, string>
}

/** Rows that refer to what is gone, or that are kept for nothing. */
const databaseChecks = {
  'foreign key': 'pragma foreign_key_check',
  'directory of no entry': `select id from directories where id not in (select id from entries where kind = 1)`,
  'stale content of an identified file': `select entry_id from stale_contents where entry_id in
    (select id from entries where content_state = 1)`,
  'text of no sidecar': `select t.id from texts_docsize t where not exists
    (select 1 from sidecars s join searched_sidecars i on i.sidecar_id = s.id
      where s.content_id = t.id / 16 and s.kind = t.id % 16 and i.indexed is not null)`,
  'vector of no sidecar': `select id from vectors where sidecar_id not in (select id from sidecars)`,
  'code of no vector': `select id from vector_codes where id / 1024 not in (select id from vectors)`,
  'sidecar that is being made by nobody': `select id, kind, variant, state from sidecars where state = 1`,
} as const

function readIndex(db: DatabaseSync): Index {
  const rows = new Map<number, EntryRow>()
  const children = new Map<number, EntryRow[]>()
  const entries = db.prepare(
    `select id, hex(uuid) as uuid, parent_id, name, kind, size, mtime, mtime_ns, ctime, birthtime, inode, nlink, mode,
     content_id, content_state from entries`,
  )
  for (const raw of entries.iterate()) {
    const row = { ...raw, name: bytes(raw['name']), directory: null } as unknown as EntryRow
    rows.set(row.id, row)
    if (row.parent_id === null) continue
    const siblings = children.get(row.parent_id)
    if (siblings) siblings.push(row)
    else children.set(row.parent_id, [row])
  }
  const directories = db.prepare(
    `select id, volume_id, path, error, child_count, file_count, dir_count, symlink_count, other_count, total_size
     from directories`,
  )
  for (const raw of directories.iterate()) {
    const row = rows.get(Number(raw['id']))
    if (row) row.directory = { ...raw, path: bytes(raw['path']) } as unknown as DirectoryRow
  }
  const locations = db.prepare('select id, name, directory_id, path, state, error, root_inode from locations').all()
  const contents = db.prepare('select id, hex(uuid) as uuid, hex(hash) as hash, size from content_identities').all()
  const volumes = db.prepare('select id, mount_point from volumes').all()
  return {
    rows,
    children,
    locations: locations.map((raw) => ({ ...raw, path: bytes(raw['path']) }) as unknown as LocationRow),
    contents: new Map(contents.map((raw) => [Number(raw['id']), raw as { size: number; uuid: string; hash: string }])),
    mounts: new Map(volumes.map((raw) => [Number(raw['id']), bytes(raw['mount_point'])])),
  }
}

/** Walks a folder. What the rules leave out is not in the answer. */
function walk(path: string, name: string, found: Map<string, DiskEntry>): DiskEntry {
  const stats = stat(path)
  const kind = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'symlink'
        : 'other'
  const children = kind === 'directory' ? new Map<string, DiskEntry>() : null
  const entry = { path, name, kind, stats, children } as const
  found.set(path, entry)
  if (!children) return entry
  for (const raw of readdirSync(Buffer.from(path, 'latin1'), { encoding: 'buffer' })) {
    const childName = raw.toString('latin1')
    const childPath = `${path}/${childName}`
    const isFolder = () => stat(childPath).isDirectory()
    if ((hiddenFiles.has(childName) && !isFolder()) || (hiddenFolders.has(childName) && isFolder())) continue
    children.set(childName, walk(childPath, childName, found))
  }
  return entry
}

function stat(path: string) {
  return lstatSync(Buffer.from(path, 'latin1'), { bigint: true })
}

function bytes(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  return typeof value === 'string' ? Buffer.from(value).toString('latin1') : ''
}

function contentUuid(hash: string): string {
  const digest = createHash('sha1').update(CONTENT_NAMESPACE).update(hash.toLowerCase()).digest().subarray(0, 16)
  digest[6] = (digest[6]! & 0x0f) | 0x50
  digest[8] = (digest[8]! & 0x3f) | 0x80
  return digest.toString('hex').toUpperCase()
}

function inodeOf(inode: number | Uint8Array): bigint {
  return typeof inode === 'number' ? BigInt(inode) : Buffer.from(inode).readBigUInt64BE()
}

function describeRow({ directory, id, inode, kind, name, parent_id }: EntryRow): string {
  const path = directory ? ` path ${JSON.stringify(directory.path)}` : ''
  return `${kinds[kind]} ${JSON.stringify(name)} row ${id} in ${parent_id} inode ${inodeOf(inode)}${path}`
}

function describeEntry({ kind, stats }: DiskEntry): string {
  return `${kind} inode ${stats.ino}`
}
