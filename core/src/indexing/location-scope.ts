import { realpath } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { LibraryStore } from '../store/index.ts'
import type { KnownLocation, LocationMap } from '../location/index.ts'
import { bytesToName, displayName, fsPath, nameBytes, parsePath, type RawName } from '../util/file-name.ts'
import { pathError } from '../util/path-error.ts'
import { orAborted } from '../volume/index.ts'
import { levelsBelow, volumePathOf } from './volume-path.ts'
import type { LocationScope } from './thread/requests.ts'

/** If a file system needs longer than this to find one folder, it counts as not answering. */
const ANSWER_MS = 10_000

/** The fields of a location that the bulk thread needs. */
export function toScope(location: KnownLocation): LocationScope {
  const { path, directoryId, volumeId, volumePath, rules, maxDepth } = location
  return { dir: path, directoryId, volumeId, volumePath, rules, maxDepth }
}

/** How many levels below a folder of a location are indexed. */
export function depthAt(location: KnownLocation, dir: RawName): number {
  if (location.maxDepth === null) return Number.POSITIVE_INFINITY
  return location.maxDepth - levelsBelow(location.path, dir)
}

/** The row id of a folder in a location; null if the folder has no row. */
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

/** Encodes a path as text, even if it is not valid text. `parsePath` decodes it. */
export function encodePath(path: RawName): string {
  return typeof path === 'string' ? path : `base64:${Buffer.from(path).toString('base64')}`
}

/**
 * The folder at an absolute path; null if the text is the path of a location, or a relative path. A relative path is
 * not resolved, because the result would depend on the folder in which the daemon was started.
 */
export async function folderAt(text: string, { map }: { readonly map: LocationMap }): Promise<RawName | null> {
  const path = parsePath(text)
  return isAbsolute(displayName(path)) && map.find(path).length === 0 ? await resolveFolder(text) : null
}
