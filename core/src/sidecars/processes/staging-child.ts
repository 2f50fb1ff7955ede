import {
  type BigIntStats,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  lstatSync,
  openSync,
} from 'node:fs'
import { CoreError } from '../../util/errors.ts'
import { fsPath, type RawName } from '../../util/file-name.ts'
import { splitNanoseconds } from '../../util/file-time.ts'
import { pathError, pathErrorCode } from '../../util/path-error.ts'
import { serveProcess } from '../../workers/serve-process.ts'
import type { Source, StagingReply, StagingRequest } from './staging.ts'

// If a disk does not answer, only this process hangs, and the daemon can end it.
serveProcess<StagingRequest, StagingReply>(({ copies, source }) => {
  for (const { from, to } of copies) withFile(from, from, (fd) => copy(fd, to, from))
  return Promise.resolve({ state: source && stage(source, source.to) })
})

/** The name of the source in errors. Callers know its path. */
const SHOWN = 'the file'

/** Returns the state of a source, and copies the source to a path. Throws `Conflict` if it is not the indexed file. */
function stage(source: Source, to: string | null): string {
  const state = look(source)
  // Whether the file may be read is checked here, because decoders report this in many ways, often wrongly.
  withFile(source.path, SHOWN, (fd) => {
    if (to === null) return
    if (stateOf(fstatSync(fd, { bigint: true })) !== state) throw changed()
    copy(fd, to, SHOWN)
    if (look(source) !== state) throw changed()
  })
  return state
}

/** Throws `Conflict` if the file is not the one in the index. */
function look({ modifiedMs, path, size }: Source): string {
  const stats = lstat(path)
  const isKnown = stats.isFile() && Number(stats.size) === size && splitNanoseconds(stats.mtimeNs)[0] === modifiedMs
  if (!isKnown) throw new CoreError('Conflict', 'the file has changed')
  return stateOf(stats)
}

function lstat(path: RawName): BigIntStats {
  try {
    return lstatSync(fsPath(path), { bigint: true })
  } catch (err) {
    throw new CoreError('Conflict', 'the file is gone', { cause: err })
  }
}

/** A text that changes when the file is replaced or written to. */
function stateOf({ ctimeNs, ino, mtimeNs, size }: BigIntStats): string {
  return `${ino}:${size}:${mtimeNs}:${ctimeNs}`
}

function changed(): CoreError {
  return new CoreError('Conflict', 'the file was changed while it was read')
}

function withFile(path: RawName, shown: string, use: (fd: number) => void): void {
  let fd: number
  try {
    fd = openSync(fsPath(path), 'r')
  } catch (err) {
    throw pathError(err, shown)
  }
  try {
    use(fd)
  } finally {
    closeSync(fd)
  }
}

/**
 * Copies an open file. If the file system can share blocks, it does. The path of a descriptor exists only on Linux;
 * other systems need no copies.
 */
function copy(fd: number, to: string, shown: string): void {
  try {
    copyFileSync(`/proc/self/fd/${fd}`, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    // The copy has the permissions of the original, which may not allow its owner to read it.
    chmodSync(to, OWN)
  } catch (err) {
    throw pathError(err, pathErrorCode(err) === 'DiskFull' ? to : shown)
  }
}

/** Only this user can read the copy. */
const OWN = 0o600
