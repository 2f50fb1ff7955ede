import { displayName, parsePath } from '../../util/file-name.ts'
import { placeForReading, type PlaceDeps, shownAbsolute } from '../../volume/index.ts'
import { ProcessPool, type ProcessPoolOptions } from '../../workers/index.ts'
import { toTimestamp } from '../../entries/index.ts'
import type { ArchivePage, ArchiveRequest } from './archive-child.ts'
import { parsePage } from './archive-page.ts'
import type { ArchiveMember } from './listing.ts'
import { LISTERS } from './programs.ts'

/** The time for a listing itself is limited (listing.ts), but a disk may not answer at all. */
const DEADLINE_MS = 30_000
/** Enough: a user looks at one archive at a time. */
const PROCESSES = 2
/** The paths of a listing take 16 MiB at most. */
const MAX_PAGE_BYTES = 32 * 2 ** 20
/** The largest listing takes some 50 MB; programs that unpack rar and 7z need more. */
const MEMORY_MIB = 600
const HEAP_MIB = 256
/** Normal priority, because a user is waiting for the listing. */
const NICENESS = 0

export interface ArchivesDeps extends PlaceDeps {
  /** The folder for temporary files. It is created if it is missing. */
  readonly temporary: string
  /** The module that lists archives; a test replaces it with a hostile one. */
  readonly entry?: URL
  /** See `ProcessPoolOptions.layer`. */
  readonly layer?: ProcessPoolOptions['layer']
}

/** Lists archives. Each listing runs in a process that may fail, because the archive may be hostile. */
export class Archives implements AsyncDisposable {
  readonly #pool: ProcessPool<ArchiveRequest, ArchivePage>
  readonly #deps: ArchivesDeps

  constructor(deps: ArchivesDeps) {
    this.#deps = deps
    this.#pool = new ProcessPool({
      name: 'archive',
      entry: deps.entry ?? new URL('archive-child.ts', import.meta.url),
      processes: PROCESSES,
      memoryMiB: MEMORY_MIB,
      heapMiB: HEAP_MIB,
      niceness: NICENESS,
      box: { programs: LISTERS, temporary: deps.temporary, parse: parsePage },
      maxReplyBytes: MAX_PAGE_BYTES,
      ...(deps.layer && { layer: deps.layer }),
    })
  }

  /** One page of the members; see the operation. Throws `Unsupported`, `Corrupt`, `NotFound`, … */
  async list({ limit, offset, path }: { path: string; limit: number; offset: number }, signal: AbortSignal) {
    const given = parsePath(path)
    const shown = shownAbsolute(given)
    const file = await placeForReading(given, this.#deps, { deadlineMs: DEADLINE_MS, signal })
    const reach = { read: [file] }
    const page = await this.#pool.run({ path: file, shown, limit, offset }, { signal, deadlineMs: DEADLINE_MS, reach })
    const { format, members, total, truncated } = page
    return { path: shown, format, items: members.map(toItem), total, truncated }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }
}

function toItem({ modifiedMs, path, ...member }: ArchiveMember) {
  return {
    path: displayName(path),
    ...(typeof path !== 'string' && { pathBase64: Buffer.from(path).toString('base64') }),
    ...member,
    modifiedAt: modifiedMs === null ? null : toTimestamp(modifiedMs),
  }
}
