import { CoreError, type ErrorCode, systemCode } from './errors.ts'

interface Meaning {
  readonly code: ErrorCode
  sentence(path: string): string
}

const missing: Meaning = { code: 'NotFound', sentence: (path) => `${path} does not exist` }
const taken: Meaning = { code: 'AlreadyExists', sentence: (path) => `${path} exists already` }
const refused: Meaning = {
  code: 'PermissionDenied',
  sentence: (path) => `${path} cannot be reached by this user; check its permissions`,
}
const full: Meaning = { code: 'DiskFull', sentence: (path) => `no space left for ${path}; free some and try again` }
const failing: Meaning = {
  code: 'Unavailable',
  sentence: (path) => `${path} cannot be reached: its disk or network fails`,
}

const crowded: Meaning = {
  code: 'Unavailable',
  sentence: (path) =>
    `${path} cannot be opened: too many files are open; raise the limit with \`ulimit -n\`, then run \`spacedrive restart\``,
}

/** Messages for file system errors about a path that the user named. */
const meanings: Readonly<Record<string, Meaning>> = {
  ENOENT: missing,
  ENOTDIR: missing,
  EEXIST: taken,
  ENOTEMPTY: taken,
  EACCES: refused,
  EPERM: refused,
  EROFS: {
    code: 'PermissionDenied',
    sentence: (path) => `${path} cannot be written: its file system is read-only`,
  },
  ENOSPC: full,
  EDQUOT: full,
  ENAMETOOLONG: { code: 'InvalidInput', sentence: (path) => `the path is too long: ${path}` },
  // Node's error code for a path that contains a NUL.
  ERR_INVALID_ARG_VALUE: {
    code: 'InvalidInput',
    sentence: (path) => `${JSON.stringify(path)} is no path: it holds a NUL`,
  },
  ELOOP: { code: 'InvalidInput', sentence: (path) => `${path} is a link that leads back to itself` },
  EMFILE: crowded,
  ENFILE: crowded,
  EIO: failing,
  ENOTCONN: failing,
  ESTALE: failing,
}

/** The code for a file system error; null for other errors. */
export function pathErrorCode(err: unknown): ErrorCode | null {
  return meanings[systemCode(err) ?? '']?.code ?? null
}

/**
 * Turns a file system error at `path` into an error with a code and a sentence that the user can act on; returns other
 * errors unchanged.
 */
export function pathError(err: unknown, path: string): unknown {
  const meaning = meanings[systemCode(err) ?? '']
  return meaning ? new CoreError(meaning.code, meaning.sentence(path), { cause: err, details: { path } }) : err
}

/** Like `pathError`, for a path that the user named. Any other error becomes "could not be reached". */
export function unreachableError(err: unknown, path: string): CoreError {
  const known = pathError(err, path)
  if (known instanceof CoreError) return known
  const reason = systemCode(err) ?? 'unknown error'
  return new CoreError('Unavailable', `${path} cannot be opened: ${reason}`, { cause: err, details: { path } })
}
