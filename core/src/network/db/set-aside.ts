import { existsSync, renameSync } from 'node:fs'

/** Renames a file, with SQLite's `-wal` and `-shm` files beside it, so that no data is lost. Returns the new path. */
export function setAside(file: string, { why, now }: { why: string; now: number }): string {
  const stem = `${file}.${why}-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`
  let aside = stem
  for (let n = 2; existsSync(aside); n++) aside = `${stem}-${n}`
  renameSync(file, aside)
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  }
  return aside
}
