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

// If a disk does not answer, only this process hangs, and it can be ended.
serveProcess<StagingRequest, StagingReply>(({ copies, source }) => {
  for (const { from, to } of copies) withFile(from, from, (fd) => copy(fd, to, from))
  return Promise.resolve({ state: source && stage(source, source.to) })
})

/** The name of a source in errors: callers know its path. */
const SHOWN = 'the file'

/** Returns the state of a source, and copies the source to a path. Throws `Conflict` if it is not the indexed file. */
function stage(source: Source, to: string | null): string {
  const state = look(source)
  // Check here whether the file may be read: decoders report that in many ways, most of them wrong.
  withFile(source.path, SHOWN, (fd) => {
    if (to === null) return
    if (stateOf(fstatSync(fd, { bigint: true })) !== state) throw changed()
    copy(fd, to, SHOWN)
    if (look(source) !== state) throw changed()
  })
  return state
}

/** Throws `Conflict` if the file is not the indexed one. */
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
 * Copies an open file. File systems that can share blocks share them. The path of a descriptor exists on Linux only, and
 * only there are copies needed.
 */
function copy(fd: number, to: string, shown: string): void {
  try {
    copyFileSync(`/proc/self/fd/${fd}`, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    // The copy has the permissions of the original, which may not let its owner read it.
    chmodSync(to, OWN)
  } catch (err) {
    throw pathError(err, pathErrorCode(err) === 'DiskFull' ? to : shown)
  }
}

/** The copy is readable by this user only. */
const OWN = 0o600
