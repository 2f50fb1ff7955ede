import { existsSync, renameSync } from 'node:fs'
import { databaseError, kyselyOver, migrate, openDatabase } from '../db/index.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { migrations } from './db/migrations/index.ts'
import type { JobsSchema } from './db/schema/index.ts'
import { JobStore } from './job-store.ts'

export interface OpenStoreDeps {
  readonly file: string
  readonly log: Logger
  readonly now: () => number
}

/**
 * Opens `jobs.db`, and creates it if it does not exist. A damaged file is set aside as `jobs.db.corrupt-<time>`, and a
 * new one takes its place. The queued jobs are lost, but the library can be opened, and scans find the same work
 * again.
 */
export async function openStore(deps: OpenStoreDeps): Promise<JobStore> {
  try {
    return await openChecked(deps.file)
  } catch (err) {
    // A full disk or a missing permission is not a reason to set the file aside.
    if (!(err instanceof CoreError) || err.code !== 'Corrupt') throw err
    const aside = setAside(deps.file, deps.now())
    deps.log.warn(
      { err, file: deps.file, aside },
      'the job database was damaged and moved aside; a new one was created, and queued jobs are lost',
    )
    return openChecked(deps.file)
  }
}

async function openChecked(file: string): Promise<JobStore> {
  try {
    const db = openDatabase(file)
    try {
      const result = db.prepare('pragma quick_check(1)').get()?.['quick_check']
      if (result !== 'ok') throw new CoreError('Corrupt', `${file} is damaged: ${String(result)}`)
      await migrate(kyselyOver<JobsSchema>(db), migrations, file)
      return new JobStore(db)
    } catch (err) {
      db.close()
      throw err
    }
  } catch (err) {
    throw databaseError(err, file)
  }
}

function setAside(file: string, now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  let aside = `${file}.corrupt-${time}`
  for (let n = 2; existsSync(aside); n++) aside = `${file}.corrupt-${time}-${n}`
  try {
    renameSync(file, aside)
    for (const suffix of ['-wal', '-shm']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
    }
  } catch (err) {
    throw new CoreError(
      'Corrupt',
      `${file} is damaged and cannot be moved aside: ${errorMessage(err)}; move it away yourself`,
      {
        cause: err,
      },
    )
  }
  return aside
}
