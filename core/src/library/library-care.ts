import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileTypeByNumber, type Library as LibraryEntry, type LibraryInfo } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { type Backup, backUp, newestGoodBackup } from './backup.ts'
import { folderSize } from './folder-size.ts'
import type { Library } from './library.ts'
import { maintain } from './maintenance.ts'
import type { Problem } from './maintenance-worker.ts'
import { libraryFiles } from './manifest.ts'

/** The contents of an open library in numbers, and the facts of its manifest. */
export async function describeLibrary(library: Library): Promise<Omit<LibraryInfo, keyof LibraryEntry>> {
  const db = library.store.connection
  const roots = db
    .prepare(
      `select count(*) as locations, coalesce(sum(d.file_count), 0) as files, coalesce(sum(d.dir_count), 0) as directories,
         coalesce(sum(d.symlink_count), 0) as symlinks, coalesce(sum(d.other_count), 0) as others,
         coalesce(sum(d.total_size), 0) as bytes
       from locations l join directories d on d.id = l.directory_id join entries e on e.id = d.id where e.parent_id is null`,
    )
    .get()!
  const duplicates = await library.files.duplicateTotals()
  const [contents] = await library.store.bulk.select(
    // A content outlives its files until the next cleanup.
    'select count(distinct content_id) as n from entries where content_id is not null',
  )
  const byType = await library.store.bulk.select(
    'select type, count(*) as files, sum(size) as bytes from entries where kind = 0 group by type',
  )
  return {
    description: library.manifest.description,
    createdAt: library.manifest.createdAt,
    readOnly: library.readOnly,
    counts: {
      files: Number(roots['files']),
      directories: Number(roots['directories']),
      symlinks: Number(roots['symlinks']),
      others: Number(roots['others']),
      bytes: Number(roots['bytes']),
      locations: library.locations.map.all().length,
      contents: Number(contents!['n']),
      duplicateFiles: duplicates.files,
      reclaimableBytes: duplicates.bytes,
    },
    byType: byType.map((row) => ({
      type: fileTypeByNumber[Number(row['type'])]!,
      files: Number(row['files']),
      bytes: Number(row['bytes']),
    })),
    sizeOnDisk: await folderSize(library.path),
  }
}

/** Backs up the database: into the library, or into the folder `to`. */
export async function backUpLibrary(
  library: Library,
  { now, to }: { readonly now: () => number; readonly to: string | undefined },
  signal: AbortSignal,
): Promise<Backup> {
  const { backups, database } = libraryFiles(library.path)
  if (to === undefined) assertWritable(library, 'so the backup needs a folder elsewhere: --to <folder>')
  return backUp({ database, dir: to === undefined ? backups : resolve(to), now }, signal)
}

/** Checks the database. With `fix`, it first repairs rows that break the rules of the index. */
export async function checkLibrary(library: Library, { fix }: { readonly fix: boolean }, signal: AbortSignal) {
  const begun = performance.now()
  const files = libraryFiles(library.path)
  const mended = fix ? await library.indexing.mend(signal) : null
  const fixed = Object.values(mended ?? {}).reduce((sum: number, rows: number) => sum + rows, 0)
  const problems: Problem[] = await maintain({ kind: 'check', file: files.database }, signal)
  const ok = problems.length === 0
  const goodBackup = ok ? null : await newestGoodBackup(files.backups, signal)
  return { ok, fixed, problems, tookMs: performance.now() - begun, goodBackup }
}

/** Rewrites the database without its gaps, while nothing else writes. */
export async function optimizeLibrary(library: Library, signal: AbortSignal) {
  const begun = performance.now()
  const file = libraryFiles(library.path).database
  using _lease = await library.store.lease(signal)
  const { size: bytesBefore } = await stat(file)
  await maintain({ kind: 'optimize', file }, signal)
  const { size: bytesAfter } = await stat(file)
  return { bytesBefore, bytesAfter, tookMs: performance.now() - begun }
}

/** Throws `PermissionDenied` for a library that is open read-only. `consequence` ends the message. */
export function assertWritable({ name, readOnly }: Library, consequence: string): void {
  if (readOnly) throw new CoreError('PermissionDenied', `library ${name} is open read-only, ${consequence}`)
}
