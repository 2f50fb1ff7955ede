import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import {
  EntryId,
  type EntryKind,
  type FileType,
  LocationId,
  type LocationState,
  entryKindNumbers,
  entryKindByNumber,
  fileTypeNumbers,
  fileTypeByNumber,
} from '../../domain/index.ts'
import { migrations } from '../../store/migrations/index.ts'
import { displayName, extensionOf, nameBytes, type RawName } from '../../util/file-name.ts'
import type { EntryChanges } from '../../store/index.ts'
import type { FoundEntry } from '../name-search.ts'

export interface EntryFacts {
  readonly kind?: EntryKind
  readonly type?: FileType
  readonly size?: number
  readonly mtime?: number
}

/** One row, in the form that the tests' own search uses. */
export interface ModelRow {
  id: number
  parentId: number | null
  name: RawName
  kind: EntryKind
  type: FileType
  size: number
  mtime: number
}

/** A library database with entries inserted by hand, and the changes since they were last taken. */
export class LibraryFixture implements Disposable {
  readonly #dir = createTempDir('search')
  readonly file = join(this.#dir.path, 'database.db')
  readonly sidecars = join(this.#dir.path, 'sidecars')
  readonly db: DatabaseSync
  readonly locations: { id: string; name: string; path: string; directoryId: number; state: LocationState }[] = []
  #upserted: number[] = []
  #removed: number[] = []
  #nextInode = 1

  private constructor() {
    this.db = openDatabase(this.file)
  }

  static async create(): Promise<LibraryFixture> {
    const fixture = new LibraryFixture()
    await migrate(kyselyOver(fixture.db), migrations, 'test')
    // The rows are inserted without their related rows, which nothing here reads.
    fixture.db.exec('pragma foreign_keys = off; pragma synchronous = off')
    return fixture
  }

  [Symbol.dispose](): void {
    this.db.close()
    this.#dir[Symbol.dispose]()
  }

  add(parentId: number | null, name: RawName, facts: EntryFacts = {}): number {
    const kind = facts.kind ?? 'file'
    const { lastInsertRowid } = this.db
      .prepare(
        `insert into entries(uuid, parent_id, name, sort_key, kind, type, ext_id, size, allocated, mtime, mtime_ns, ctime, inode, nlink, mode)
         values(randomblob(16), ?, ?, randomblob(16), ?, ?, ?, ?, 0, ?, 0, 0, ?, 1, 0)`,
      )
      .run(
        parentId,
        name,
        entryKindNumbers[kind],
        fileTypeNumbers[facts.type ?? 'unknown'],
        kind === 'file' ? this.#extensionId(name) : null,
        facts.size ?? 0,
        facts.mtime ?? 0,
        this.#nextInode++,
      )
    const id = Number(lastInsertRowid)
    this.#upserted.push(id)
    return id
  }

  addLocation(path: string, parentId: number | null = null): number {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const directoryId = this.add(parentId, name, { kind: 'directory' })
    this.locations.push({ id: locationId(this.locations.length), name, path, directoryId, state: 'complete' })
    return directoryId
  }

  rename(id: number, name: RawName): void {
    this.#change(id, 'name = ?, ext_id = case when kind = 0 then ? end', [name, this.#extensionId(name)])
  }

  move(id: number, parentId: number): void {
    this.#change(id, 'parent_id = ?', [parentId])
  }

  modify(id: number, size: number, mtime: number): void {
    this.#change(id, 'size = ?, mtime = ?', [size, mtime])
  }

  /** Removes an entry and everything below it. */
  remove(id: number): void {
    const below = this.db
      .prepare(
        'with recursive below(id) as (values(?) union all select e.id from entries e, below b where e.parent_id = b.id) select id from below',
      )
      .all(id)
    for (const row of below.toReversed()) {
      this.db.prepare('delete from entries where id = ?').run(Number(row['id']))
      this.#removed.push(Number(row['id']))
    }
  }

  takeChanges(): EntryChanges {
    const changes = {
      created: new Float64Array(),
      changed: Float64Array.from(this.#upserted),
      identified: new Float64Array(),
      deleted: Float64Array.from(this.#removed),
      moved: [],
      foldersMoved: false,
    }
    this.#upserted = []
    this.#removed = []
    return changes
  }

  rows(): ModelRow[] {
    return this.db.prepare('select id, parent_id, name, kind, type, size, mtime from entries').all().map(toModelRow)
  }

  /** Does the same as the engine's entry reader, for the fields that a search uses. */
  readonly toEntries = async (ids: number[]): Promise<Map<number, FoundEntry>> => {
    const select = this.db.prepare('select id, parent_id, name, kind, type, size, mtime from entries where id = ?')
    return new Map(
      ids.flatMap((id) => {
        const row = select.get(id)
        return row ? [[id, toFoundEntry(toModelRow(row))] as const] : []
      }),
    )
  }

  #change(id: number, assignments: string, values: (RawName | number | null)[]): void {
    this.db.prepare(`update entries set ${assignments} where id = ?`).run(...values, id)
    this.#upserted.push(id)
  }

  #extensionId(name: RawName): number | null {
    const extension = extensionOf(displayName(name))
    if (!extension) return null
    this.db.prepare('insert or ignore into extensions(ext) values(?)').run(extension)
    return Number(this.db.prepare('select id from extensions where ext = ?').get(extension)?.['id'])
  }
}

function toModelRow(row: Record<string, unknown>): ModelRow {
  return {
    id: Number(row['id']),
    parentId: row['parent_id'] === null ? null : Number(row['parent_id']),
    name: row['name'] as RawName,
    kind: entryKindByNumber[Number(row['kind'])]!,
    type: fileTypeByNumber[Number(row['type'])]!,
    size: Number(row['size']),
    mtime: Number(row['mtime']),
  }
}

export function toFoundEntry(row: ModelRow): FoundEntry {
  const name = displayName(row.name)
  return {
    id: EntryId.parse(`00000000-0000-7000-8000-${String(row.id).padStart(12, '0')}`),
    path: `/${name}`,
    name,
    ...(typeof row.name !== 'string' && { nameBase64: Buffer.from(nameBytes(row.name)).toString('base64') }),
    kind: row.kind,
    type: row.type,
    extension: row.kind === 'file' ? extensionOf(name) : '',
    mime: null,
    size: row.size,
    allocated: 0,
    modifiedAt: new Date(row.mtime).toISOString(),
    createdAt: null,
    contentId: null,
    hidden: name.startsWith('.'),
    childCount: null,
    fileCount: null,
    totalSize: null,
    location: null,
    online: true,
  }
}

function locationId(number: number): LocationId {
  return LocationId.parse(`00000000-0000-7000-9000-${String(number).padStart(12, '0')}`)
}
