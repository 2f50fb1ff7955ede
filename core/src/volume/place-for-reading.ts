import type { BigIntStats } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { CoreError } from '../util/errors.ts'
import { bytesToName, displayName, fsPath, type RawName } from '../util/file-name.ts'
import { unreachableError } from '../util/path-error.ts'
import type { PrivateFiles } from '../util/private-files.ts'
import { orAborted } from './deadline.ts'

export interface PlaceDeps {
  /** Refuses the files of Spacedrive itself. */
  readonly guard: Pick<PrivateFiles, 'refuse'>
  /** An `lstat` that gives up if a file system does not answer. */
  readonly look: (path: RawName, signal?: AbortSignal) => Promise<BigIntStats>
}

/** An absolute path as text for messages. Throws `InvalidInput` if the path is not absolute. */
export function shownAbsolute(path: RawName): string {
  const shown = displayName(path)
  if (isAbsolute(shown) && !shown.includes('\0')) return shown
  throw new CoreError('InvalidInput', `${JSON.stringify(shown)} is not an absolute path`)
}

/**
 * Resolves the links of an absolute path, and refuses private files. It is called before a sandboxed process, which
 * cannot see the folders around the file, reads the file. `deadlineMs` limits the time for resolving links. Throws
 * `NotFound`, `PermissionDenied`, ….
 */
export async function placeForReading(
  path: RawName,
  { guard, look }: PlaceDeps,
  { deadlineMs, signal }: { deadlineMs: number; signal: AbortSignal },
): Promise<RawName> {
  const shown = displayName(path)
  try {
    await look(path, signal)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
    const real = await orAborted(realpath(fsPath(path), 'buffer'), limit, `finding ${shown}`)
    const place = bytesToName(new Uint8Array(real))
    await guard.refuse(place)
    return place
  } catch (err) {
    throw err instanceof CoreError ? err : unreachableError(err, shown)
  }
}
