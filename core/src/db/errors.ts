import { closeSync, openSync } from 'node:fs'
import { CoreError, systemCode } from '../util/errors.ts'
import { pathError } from '../util/path-error.ts'

/** Turns SQLite's errors into errors that the user can act on; returns other errors unchanged. */
export function databaseError(err: unknown, file: string): unknown {
  if (!(err instanceof Error) || systemCode(err) !== 'ERR_SQLITE_ERROR') return err
  const extended = 'errcode' in err && typeof err.errcode === 'number' ? err.errcode : 0
  // SQLite allocates the index of the WAL before it writes, so this error means that the disk is full.
  switch (extended === SQLITE_IOERR_SHMSIZE ? SQLITE_FULL : extended & 0xff) {
    case SQLITE_FULL:
      return new CoreError('DiskFull', `no space left for ${file}; free some and try again`, { cause: err })
    case SQLITE_READONLY:
      return new CoreError('PermissionDenied', `${file} cannot be written; check its permissions`, { cause: err })
    case SQLITE_CANTOPEN:
      return unopenable(err, file)
    case SQLITE_IOERR:
      return new CoreError('Unavailable', `the disk failed while writing ${file}: ${err.message}`, { cause: err })
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new CoreError('Corrupt', `${file} is damaged: ${err.message}; see \`spacedrive library check\``, {
        cause: err,
      })
    case SQLITE_BUSY:
      return new CoreError('Locked', `${file} is being written by another program`, { cause: err })
    default:
      return err
  }
}

/** The error if a file could not be opened. SQLite does not report the reason, so the system is asked. */
function unopenable(cause: Error, file: string): unknown {
  try {
    closeSync(openSync(file, 'r'))
  } catch (err) {
    const known = pathError(err, file)
    if (known instanceof CoreError && known.code !== 'PermissionDenied') return known
  }
  const message = `cannot open ${file}; check that its folder exists and is writable`
  return new CoreError('PermissionDenied', message, { cause })
}

// Result codes; see https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_IOERR_SHMSIZE = 4_874
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26
