import { displayName, fsPath, type RawName } from '../util/file-name.ts'
import type { IndexingParts } from './indexing-parts.ts'
import type { Patience } from './thread/patience.ts'

/**
 * A mount that does not answer for this long counts as dead. A busy file server, or a sleeping disk behind it, needs up
 * to half of this time for one folder.
 */
const ANSWER_MS = 60_000

/**
 * How long to wait for the disk that holds a folder. Null for a disk that always answers, even if the answer is an
 * error.
 */
export function patienceFor({ volumes, answerMs = ANSWER_MS }: IndexingParts, dir: RawName): Patience | null {
  return volumes.volumeForPath(fsPath(dir))?.volume.mayHang ? { answerMs } : null
}

/**
 * How long a walk of a folder waits for its disk, and the mount points below it that the walk skips because they do
 * not answer.
 */
export function patienceSettings(parts: IndexingParts, dir: RawName): { patience: Patience | null; silent: string[] } {
  return { patience: patienceFor(parts, dir), silent: silentMounts(parts, dir) }
}

/** The mount points below a folder whose disks did not answer at the last check of the volumes. */
export function silentMounts({ volumes }: IndexingParts, dir: RawName): string[] {
  const above = displayName(dir).replace(/\/$/, '')
  return volumes
    .list({ all: true })
    .filter(({ mayHang, online }) => mayHang && !online)
    .flatMap(({ mounts }) => mounts.map(({ mountPoint }) => mountPoint))
    .filter((mountPoint) => mountPoint.startsWith(`${above}/`))
}
