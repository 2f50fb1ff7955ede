import { displayName, fsPath, type RawName } from '../util/file-name.ts'
import type { IndexingParts } from './indexing-parts.ts'
import type { Patience } from './thread/patience.ts'

/**
 * Without any sign of life for this long, a mount is taken to be dead. A file server under load, or a disk behind it that
 * wakes up, needs up to half of it for one folder.
 */
const ANSWER_MS = 60_000

/** What it takes to read a folder: null where its disk answers, also with an error. */
export function patienceFor({ volumes, answerMs = ANSWER_MS }: IndexingParts, dir: RawName): Patience | null {
  return volumes.volumeForPath(fsPath(dir))?.volume.mayHang ? { answerMs } : null
}

/** How the disk of a folder, and the disks mounted below it, answer. */
export function mannersOf(parts: IndexingParts, dir: RawName): { patience: Patience | null; silent: string[] } {
  return { patience: patienceFor(parts, dir), silent: silentMounts(parts, dir) }
}

/** The mount points below a folder that did not answer when the volumes were looked at last. */
export function silentMounts({ volumes }: IndexingParts, dir: RawName): string[] {
  const above = displayName(dir).replace(/\/$/, '')
  return volumes
    .list({ all: true })
    .filter(({ mayHang, online }) => mayHang && !online)
    .flatMap(({ mounts }) => mounts.map(({ mountPoint }) => mountPoint))
    .filter((mountPoint) => mountPoint.startsWith(`${above}/`))
}
