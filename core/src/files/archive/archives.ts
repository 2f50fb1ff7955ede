import { isAbsolute } from 'node:path'
import { CoreError } from '../../util/errors.ts'
import { displayName, parsePath } from '../../util/file-name.ts'
import { ProcessPool } from '../../workers/index.ts'
import { toTimestamp } from '../timestamp.ts'
import type { ArchivePage, ArchiveRequest } from './archive-child.ts'
import type { ArchiveMember } from './listing.ts'

/** What a listing takes itself is bounded (listing.ts); a disk that does not answer is not. */
const DEADLINE_MS = 30_000
/** A person looks at one archive at a time. */
const PROCESSES = 2
/** The largest listing is some 50 MB; programs that unpack rar and 7z want more. */
const MEMORY_MIB = 600
const HEAP_MIB = 256
/** Somebody waits for it. */
const NICENESS = 0

/** Lists archives, each in a process that may fail: whoever made the file may have meant harm. */
export class Archives implements AsyncDisposable {
  readonly #pool = new ProcessPool<ArchiveRequest, ArchivePage>({
    name: 'archive',
    entry: new URL('archive-child.ts', import.meta.url),
    processes: PROCESSES,
    memoryMiB: MEMORY_MIB,
    heapMiB: HEAP_MIB,
    niceness: NICENESS,
  })

  readonly #privateFolder: string

  /** `privateFolder`: the data folder, whose files are not read. */
  constructor(privateFolder: string) {
    this.#privateFolder = privateFolder
  }

  /** One page of the members; see the operation. Throws `Unsupported`, `Corrupt`, `NotFound`, … */
  async list({ limit, offset, path }: { path: string; limit: number; offset: number }, signal: AbortSignal) {
    const given = parsePath(path)
    const shown = displayName(given)
    if (!isAbsolute(shown) || shown.includes('\0'))
      throw new CoreError('InvalidInput', `${JSON.stringify(shown)} is no absolute path`)
    const request = { path: given, limit, offset, privateFolder: this.#privateFolder }
    const page = await this.#pool.run(request, { signal, deadlineMs: DEADLINE_MS })
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
