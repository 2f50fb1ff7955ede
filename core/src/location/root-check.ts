import type { LibraryStore } from '../store/index.ts'
import { CoreError, errorMessage, systemCode } from '../util/errors.ts'
import { displayName, fsPath } from '../util/file-name.ts'
import { type Inode, inodeKey, toInode } from '../util/inode.ts'
import type { VolumeManager } from '../volume/index.ts'
import type { KnownLocation } from './location-map.ts'

/** The state of a location's root: usable, moved, or the reason why not. */
export type RootState =
  /** `changedAt` grows whenever an entry is added to the root or removed from it. */
  | { readonly state: 'present'; readonly changedAt: bigint }
  /** The path leads to another folder than before. */
  | { readonly state: 'replaced'; readonly inode: Inode; readonly reason: string }
  | { readonly state: 'moved'; readonly path: Buffer }
  | { readonly state: 'offline'; readonly reason: string }

export interface RootCheckDeps {
  readonly store: LibraryStore
  readonly volumes: VolumeManager
}

/**
 * Checks whether a location's root is still the same folder. It reads the mount table first, because an unplugged
 * volume often leaves an empty folder behind, although nothing was deleted. A root that does not answer is offline.
 * Throws `Cancelled`.
 */
export async function checkRoot(
  location: KnownLocation,
  { store, volumes, signal }: RootCheckDeps & { signal?: AbortSignal | undefined },
): Promise<RootState> {
  const volume = await store.read((db) =>
    db
      .selectFrom('volumes')
      .select(['fingerprint', 'name'])
      .where('id', '=', location.volumeId)
      .executeTakeFirstOrThrow(),
  )
  const root = await look(location, volume, volumes, signal)
  // The volume may have been unmounted just now; `look` then saw the empty folder of the mount point.
  return root.state === 'replaced' && (await volumes.checkMounts()) ? look(location, volume, volumes, signal) : root
}

async function look(
  location: KnownLocation,
  volume: { fingerprint: string; name: string },
  volumes: VolumeManager,
  signal: AbortSignal | undefined,
): Promise<RootState> {
  const shown = displayName(location.path)
  const place = volumes.volumeForPath(fsPath(location.path))
  if (place?.volume.fingerprint !== volume.fingerprint) {
    const moved = volumes.absolutePath(volume.fingerprint, fsPath(location.volumePath))
    if (moved && (await isDirectory(moved, volumes, signal))) return { state: 'moved', path: moved }
    return { state: 'offline', reason: `volume ${volume.name} is not mounted; plug it in to go on` }
  }
  if (!place.volume.online) return { state: 'offline', reason: `volume ${volume.name} does not answer` }
  try {
    const stats = await volumes.look(location.path, signal)
    if (!stats.isDirectory()) return { state: 'offline', reason: `${shown} is not a folder any more` }
    const inode = toInode(stats.ino)
    if (inodeKey(inode) === inodeKey(location.rootInode)) return { state: 'present', changedAt: stats.ctimeNs }
    return {
      state: 'replaced',
      inode,
      reason: `${shown} is another folder than the one that was indexed; if that is right, rescan it with --force`,
    }
  } catch (err) {
    if (err instanceof CoreError && err.code === 'Cancelled') throw err
    const code = systemCode(err)
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'offline', reason: `${shown} does not exist` }
    if (code === 'Timeout') return { state: 'offline', reason: `the file system of ${shown} does not answer` }
    return { state: 'offline', reason: `${shown} cannot be reached: ${errorMessage(err)}` }
  }
}

async function isDirectory(path: Buffer, volumes: VolumeManager, signal: AbortSignal | undefined): Promise<boolean> {
  return volumes.look(path, signal).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

/** Throws a readable error if the root cannot be scanned. */
export function assertPresent(location: KnownLocation, root: RootState): void {
  if (root.state === 'offline') throw new CoreError('Offline', root.reason)
  if (root.state === 'replaced') throw new CoreError('Conflict', root.reason)
}
