import { realpath } from 'node:fs/promises'
import type { LibraryStore } from '../store/index.ts'
import type { KnownLocation } from '../location/index.ts'
import { bytesToName, fsPath, nameBytes, parsePath, type RawName } from '../util/file-name.ts'
import { pathError } from '../util/path-error.ts'
import { orAborted } from '../volume/index.ts'
import { levelsBelow, volumePathOf } from './volume-path.ts'
import type { LocationScope } from './thread/requests.ts'

/** A file system that needs longer to find one folder is as good as gone. */
const ANSWER_MS = 10_000

/** A location as the bulk thread needs it. */
export function toScope(location: KnownLocation): LocationScope {
  const { path, directoryId, volumeId, volumePath, rules, maxDepth } = location
  return { dir: path, directoryId, volumeId, volumePath, rules, maxDepth }
}

/** How many levels below a folder of a location are indexed. */
export function depthAt(location: KnownLocation, dir: RawName): number {
  if (location.maxDepth === null) return Number.POSITIVE_INFINITY
  return location.maxDepth - levelsBelow(location.path, dir)
}

/** The row id of a folder of a location; null where it has none. */
export function directoryIdOf(store: LibraryStore, location: KnownLocation, dir: RawName): number | null {
  const row = store.connection
    .prepare('select id from directories where volume_id = ? and path = ?')
    .get(location.volumeId, nameBytes(volumePathOf(toScope(location), dir)))
  return row ? Number(row['id']) : null
}

/** The real path of a given path, without links. Throws `NotFound`, `PermissionDenied`, `Unavailable` or `Timeout`. */
export async function resolveFolder(path: string): Promise<RawName> {
  const found = realpath(fsPath(parsePath(path)), 'buffer').catch((err: unknown) => {
    throw pathError(err, path)
  })
  return bytesToName(await orAborted(found, AbortSignal.timeout(ANSWER_MS), `finding ${path}`))
}

/** A path as text that `parsePath` reads back, whatever its bytes. */
export function encodePath(path: RawName): string {
  return typeof path === 'string' ? path : `base64:${Buffer.from(path).toString('base64')}`
}
