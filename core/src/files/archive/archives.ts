import type { BigIntStats } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, displayName, fsPath, parsePath, type RawName } from '../../util/file-name.ts'
import { unreachableError } from '../../util/path-error.ts'
import type { PrivateFiles } from '../../util/private-files.ts'
import { orAborted } from '../../volume/index.ts'
import { ProcessPool, type ProcessPoolOptions } from '../../workers/index.ts'
import { toTimestamp } from '../../entries/index.ts'
import type { ArchivePage, ArchiveRequest } from './archive-child.ts'
import { parsePage } from './archive-page.ts'
import type { ArchiveMember } from './listing.ts'
import { LISTERS } from './programs.ts'

/** The time for a listing itself is limited (listing.ts), but a disk may not answer at all. */
const DEADLINE_MS = 30_000
/** A user looks at one archive at a time. */
const PROCESSES = 2
/** The paths of a listing take 16 MiB at most. */
const MAX_PAGE_BYTES = 32 * 2 ** 20
/** The largest listing takes some 50 MB; programs that unpack rar and 7z need more. */
const MEMORY_MIB = 600
const HEAP_MIB = 256
/** A user is waiting for the listing. */
const NICENESS = 0

export interface ArchivesDeps {
  /** Refuses the files of Spacedrive itself. */
  readonly guard: Pick<PrivateFiles, 'refuse'>
  /** `lstat` that gives up on a file system that does not answer. */
  readonly look: (path: RawName, signal?: AbortSignal) => Promise<BigIntStats>
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
    const shown = displayName(given)
    if (!isAbsolute(shown) || shown.includes('\0'))
      throw new CoreError('InvalidInput', `${JSON.stringify(shown)} is not an absolute path`)
    const file = await this.#place(given, signal)
    const reach = { read: [file] }
    const page = await this.#pool.run({ path: file, shown, limit, offset }, { signal, deadlineMs: DEADLINE_MS, reach })
    const { format, members, total, truncated } = page
    return { path: shown, format, items: members.map(toItem), total, truncated }
  }

  /**
   * Resolves the links of a path and refuses private files. This must happen here, because the process that reads the
   * file cannot see the folders around it.
   */
  async #place(path: RawName, signal: AbortSignal): Promise<RawName> {
    const { guard, look } = this.#deps
    try {
      await look(path, signal)
      const limit = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)])
      const real = await orAborted(realpath(fsPath(path), 'buffer'), limit, `finding ${displayName(path)}`)
      const place = bytesToName(new Uint8Array(real))
      await guard.refuse(place)
      return place
    } catch (err) {
      throw err instanceof CoreError ? err : unreachableError(err, displayName(path))
    }
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
