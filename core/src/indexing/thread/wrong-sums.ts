import type { DatabaseSync } from '../../db/sqlite.ts'
import type { EntryWriter } from './entry-writer.ts'

/** The sums of a folder, in the order `EntryWriter` adds to them. */
const columns = ['child_count', 'file_count', 'dir_count', 'symlink_count', 'other_count', 'total_size'] as const
const words = ['entries', 'files', 'folders', 'links', 'others', 'bytes'] as const

/** A folder whose sums do not match its contents. */
export interface WrongSums {
  readonly id: number
  readonly volumeId: number
  readonly volumePath: Uint8Array
  readonly path: string
  readonly said: readonly number[]
  readonly counted: readonly number[]
}

/**
 * Compares each folder's sums with those of its direct contents. If every folder matches its own contents, all sums are
 * right. Returns `limit` folders at most.
 */
export function findWrongSums(db: DatabaseSync, limit: number): WrongSums[] {
  return db
    .prepare(WRONG_SUMS)
    .all(limit)
    .map((row) => ({
      id: Number(row['id']),
      volumeId: Number(row['volume_id']),
      volumePath: row['volume_path'] as Uint8Array,
      path: String(row['path']),
      said: columns.map((column) => Number(row[column])),
      counted: columns.map((column) => Number(row[`counted_${column}`])),
    }))
}

/** Describes sums in words. */
export function describeSums(sums: readonly number[]): string {
  return sums.map((n, i) => `${n} ${words[i]}`).join(', ')
}

/**
 * Corrects wrong sums within the caller's transaction, and returns how many folders had some. The error of a folder is
 * also in all folders above it, in addition to their own errors.
 */
export function mendSums(db: DatabaseSync, writer: EntryWriter, limit: number): number {
  const wrong = findWrongSums(db, limit)
  for (const { id, said, counted } of wrong)
    writer.correct(
      id,
      counted.map((n, i) => n - said[i]!),
    )
  return wrong.length
}

const WRONG_SUMS = `
  select d.id, d.volume_id, d.path as volume_path, cast(d.path as text) as path, ${columns.map((column) => `d.${column}, s.${column} as counted_${column}`).join(', ')}
  from directories d join (
    select d.id,
      count(e.id) as child_count,
      coalesce(sum(e.kind = 0), 0) + coalesce(sum(c.file_count), 0) as file_count,
      coalesce(sum(e.kind = 1), 0) + coalesce(sum(c.dir_count), 0) as dir_count,
      coalesce(sum(e.kind = 2), 0) + coalesce(sum(c.symlink_count), 0) as symlink_count,
      coalesce(sum(e.kind = 3), 0) + coalesce(sum(c.other_count), 0) as other_count,
      coalesce(sum(case when e.kind = 0 then e.size else 0 end), 0) + coalesce(sum(c.total_size), 0) as total_size
    from directories d left join entries e on e.parent_id = d.id left join directories c on c.id = e.id group by d.id
  ) s on s.id = d.id
  where ${columns.map((column) => `d.${column} <> s.${column}`).join(' or ')}
  limit ?`
