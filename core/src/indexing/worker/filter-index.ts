import type { DatabaseSync } from 'node:sqlite'
import type { ScanHost } from './scan.ts'

/** A library with fewer entries than this builds the filter index anew after its first scan sooner than it keeps it up. */
const SMALL_LIBRARY_ENTRIES = 100_000

/** Drops the index filters use while the library is small: building it once after a first scan is cheaper than keeping it. */
export async function dropFilterIndex(db: DatabaseSync, host: Pick<ScanHost, 'lease'>): Promise<{ dropped: boolean }> {
  const row = db.prepare('select count(*) as n from (select 1 from entries limit ?)').get(SMALL_LIBRARY_ENTRIES)!
  if (Number(row['n']) >= SMALL_LIBRARY_ENTRIES) return { dropped: false }
  using _lease = await host.lease()
  db.exec('drop index if exists entries_filter')
  return { dropped: true }
}

/** Builds the filter index where it is missing, and writes the log back into the database file. */
export async function settle(db: DatabaseSync, host: Pick<ScanHost, 'lease'>): Promise<null> {
  using _lease = await host.lease()
  db.exec('create index if not exists entries_filter on entries(type, mtime, size) where kind = 0')
  db.exec('pragma wal_checkpoint(passive)')
  return null
}
