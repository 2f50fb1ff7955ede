import type { HashResult } from './content-hash.ts'
import type { HashBatch, HashReply, HashRequest } from './hash-messages.ts'
import { ThreadPool } from './thread-pool.ts'
import type { RawName } from '../util/file-name.ts'

/** Threads give their memory back after this long without work. */
const IDLE_MS = 60_000
/** The second request keeps a thread at work while the first one's answer is recorded. */
const REQUESTS_PER_THREAD = 2
const DEFAULT_THREADS = 2

/** Threads that read files and hash them. They start on use. */
export class HashPool implements AsyncDisposable {
  readonly #pool: ThreadPool<HashRequest, HashReply>

  constructor({ threads = DEFAULT_THREADS, idleMs = IDLE_MS }: { threads?: number; idleMs?: number } = {}) {
    const entry = new URL('./hash-worker.ts', import.meta.url)
    this.#pool = new ThreadPool({ entry, threads, perThread: REQUESTS_PER_THREAD, idleMs })
  }

  /** The sampled hashes of some files, in the order they are asked; with `identify` also what type each is. */
  async sampled(
    paths: readonly RawName[],
    options: { identify?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<HashBatch> {
    const { identify = false, signal } = options
    const reply = await this.#pool.run({ kind: 'sampled', paths, identify }, { signal })
    if (reply.kind !== 'sampled') throw new Error('the hash worker answered another question')
    return reply.batch
  }

  /** The plain hash of all of a file's bytes. `onBytes` hears how far it is. */
  async full(
    path: RawName,
    options: { signal?: AbortSignal | undefined; onBytes?: (bytes: number) => void } = {},
  ): Promise<HashResult> {
    const { signal, onBytes } = options
    const reply = await this.#pool.run({ kind: 'full', path }, { signal, onProgress: onBytes })
    if (reply.kind !== 'full') throw new Error('the hash worker answered another question')
    return reply.result
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }
}
