import { entryKindNumbers, fileTypeByNumber, sidecarKindByNumber, sidecarStateNumbers } from '../domain/stored-lists.ts'
import type { ReadDatabase } from '../db/sqlite.ts'
import type { FileType } from '../domain/file-kind.ts'
import type { SidecarKind } from '../domain/sidecar.ts'
import { CopyCounts } from './copy-counts.ts'
import { inChunks } from './in-chunks.ts'
import { MonthCounts } from './month-counts.ts'

export interface Amount {
  readonly files: number
  readonly bytes: number
}

/** Numbers that are counted in one pass over all files. */
export interface LibraryCounts extends Amount {
  readonly folders: number
  readonly byType: readonly (Amount & { readonly type: FileType })[]
  readonly byExtension: readonly (Amount & { readonly extension: string })[]
  /** By month (`2024-05`), oldest first. */
  readonly byMonth: readonly (Amount & { readonly month: string })[]
  readonly duplicates: { readonly groups: number; readonly files: number; readonly reclaimableBytes: number }
  readonly unique: Amount
  readonly emptyFiles: number
  readonly unidentified: Amount
  readonly byVolume: readonly (Amount & { readonly volumeRowId: number })[]
  readonly sidecars: readonly (Amount & { readonly kind: SidecarKind; readonly variant: string })[]
}

type Row = readonly [
  id: number,
  type: number,
  extensionId: number | null,
  size: number,
  mtime: number,
  contentRowId: number | null,
]

const FILE = entryKindNumbers.file
const READY = sidecarStateNumbers.ready

/** Counts the files of a library. */
export function countLibrary(db: ReadDatabase): LibraryCounts {
  const types = new Amounts(fileTypeByNumber.length)
  // Index 0 stands for no extension.
  const extensions = new Amounts(maxOf(db, 'extensions') + 1)
  const months = new MonthCounts()
  const copies = new CopyCounts(db, maxOf(db, 'content_identities'))
  const total = { files: 0, bytes: 0 }
  const unidentified = { files: 0, bytes: 0 }
  const files = `select id, type, ext_id, size, mtime, content_id from entries
    where id > ? and kind = ${FILE} order by id limit ?`
  for (const row of inChunks<Row>(db, files)) {
    const [id, type, extensionId, size, mtime, contentRowId] = row
    total.files++
    total.bytes += size
    types.add(type, size)
    extensions.add(extensionId ?? 0, size)
    months.add(mtime, size)
    if (contentRowId !== null) copies.add(contentRowId, size, id)
    else {
      unidentified.files++
      unidentified.bytes += size
    }
  }
  const names = namesById(db)
  return {
    ...total,
    // As in all counts, a location's own folder is not one of the folders in it.
    folders: Number(
      db
        .prepare(
          `select (select count(*) from directories) - (
             select count(*) from locations l join entries e on e.id = l.directory_id where e.parent_id is null
           ) as n`,
        )
        .get()!['n'],
    ),
    byType: types.largest().map(({ i, ...amount }) => ({ type: fileTypeByNumber[i]!, ...amount })),
    byExtension: extensions.largest().map(({ i, ...amount }) => ({ extension: names.get(i) ?? '', ...amount })),
    byMonth: months.all(),
    duplicates: copies.duplicates(),
    unique: copies.unique(),
    emptyFiles: copies.emptyFiles(),
    unidentified,
    byVolume: volumes(db),
    sidecars: sidecars(db),
  }
}

/** Numbers of files and bytes, in arrays that are indexed by the number of a type or extension. */
class Amounts {
  readonly #files: Float64Array
  readonly #bytes: Float64Array

  constructor(count: number) {
    this.#files = new Float64Array(count)
    this.#bytes = new Float64Array(count)
  }

  add(i: number, size: number): void {
    this.#files[i]!++
    this.#bytes[i]! += size
  }

  /** All non-empty amounts, most bytes first. */
  largest(): (Amount & { readonly i: number })[] {
    return [...this.#files]
      .map((files, i) => ({ i, files, bytes: this.#bytes[i]! }))
      .filter(({ files }) => files > 0)
      .toSorted((a, b) => b.bytes - a.bytes || b.files - a.files || a.i - b.i)
  }
}

function maxOf(db: ReadDatabase, table: 'extensions' | 'content_identities'): number {
  return Number(db.prepare(`select ifnull(max(id), 0) as id from ${table}`).get()!['id'])
}

function namesById(db: ReadDatabase): Map<number, string> {
  return new Map(
    db
      .prepare('select id, ext from extensions')
      .all()
      .map(({ ext, id }) => [Number(id), String(ext)]),
  )
}

/** Totals of each volume: the sums of its top folders, which include everything below them. */
function volumes(db: ReadDatabase): LibraryCounts['byVolume'] {
  return db
    .prepare(
      `select d.volume_id as volume, sum(d.file_count) as files, sum(d.total_size) as bytes
       from directories d join entries e on e.id = d.id where e.parent_id is null group by d.volume_id order by bytes desc`,
    )
    .all()
    .map(({ bytes, files, volume }) => ({ volumeRowId: Number(volume), files: Number(files), bytes: Number(bytes) }))
}

function sidecars(db: ReadDatabase): LibraryCounts['sidecars'] {
  return db
    .prepare(
      `select kind, variant, count(*) as files, ifnull(sum(size), 0) as bytes from sidecars where state = ${READY}
       group by kind, variant order by kind, variant`,
    )
    .all()
    .map(({ bytes, files, kind, variant }) => ({
      kind: sidecarKindByNumber[Number(kind)]!,
      variant: String(variant),
      files: Number(files),
      bytes: Number(bytes),
    }))
}
