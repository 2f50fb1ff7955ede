import { fsPath, type RawName } from '../util/file-name.ts'
import type { IndexingParts } from './indexing-parts.ts'
import type { Patience } from './worker/disk-requests.ts'

/**
 * Without any sign of life for this long, a mount is taken to be dead. A file server under load, or a disk behind it that
 * wakes up, needs up to half of it for one folder.
 */
const ANSWER_MS = 60_000

/** What it takes to read a folder: null where its disk answers, also with an error. */
export function patienceFor({ volumes, answerMs = ANSWER_MS }: IndexingParts, dir: RawName): Patience | null {
  return volumes.volumeForPath(fsPath(dir))?.volume.mayHang ? { answerMs } : null
}
