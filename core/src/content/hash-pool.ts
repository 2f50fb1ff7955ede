import type { RawName } from '../util/file-name.ts'
import { ProcessPool } from '../workers/index.ts'
import type { HashResult } from './content-hash.ts'
import type { HashBatch, HashReply, HashRequest } from './hash-messages.ts'
import { ThreadPool } from '../workers/thread-pool.ts'

/** Threads end, and free their memory, after this long without work. */
const IDLE_MS = 60_000

/** With a second request waiting, a thread has work while the answer to the first request is recorded. */
const REQUESTS_PER_THREAD = 2

const DEFAULT_THREADS = 2

export interface HashPoolOptions {
  /** Default 2. */
  readonly threads?: number
  /** All threads end after this long without work; default one minute. */
  readonly idleMs?: number
  /**
   * Set for a disk that may stop answering. Processes then read the files, and a process that reads nothing for this
   * many milliseconds is killed.
   */
  readonly answerMs?: number | undefined
}

/** The common interface of both kinds of pools. */
interface Hashers extends AsyncDisposable {
  run(
    request: HashRequest,
    options: { signal?: AbortSignal | undefined; onProgress?: ((bytes: number) => void) | undefined },
  ): Promise<HashReply>
}

/** Memory limit of one process. Identifying types needs little; most of it is for the messages of a batch. */
const PROCESS_MEMORY_MIB = 512

export interface SampledOptions {
  /** Also identify the type of each file, from the bytes that are read anyway. */
  readonly identify?: boolean
  readonly signal?: AbortSignal | undefined
}

export interface FullOptions {
  readonly signal?: AbortSignal | undefined
  /** Called from time to time with the number of bytes hashed so far. */
  readonly onBytes?: (bytes: number) => void
}

/**
 * Hashes files in threads, which start on use and end when idle. An unreadable file is a state of its result. Calls
 * reject with `Cancelled` if aborted or disposed, `Internal` or `Unavailable` if a thread or process died, and
 * `Timeout` if a disk does not answer. A call keeps one thread busy: request some hundred files at a time, and keep as
 * many calls open as there are threads, or a few more.
 */
export class HashPool implements AsyncDisposable {
  readonly #pool: Hashers
  readonly #size: () => number

  constructor({ threads = DEFAULT_THREADS, idleMs = IDLE_MS, answerMs }: HashPoolOptions = {}) {
    if (answerMs === undefined) {
      const entry = new URL('./hash-worker.ts', import.meta.url)
      const options = { entry, name: 'hash', threads, perThread: REQUESTS_PER_THREAD, idleMs }
      const pool = new ThreadPool<HashRequest, HashReply>(options)
      this.#pool = {
        run: (request, { onProgress, signal }) =>
          pool.run(request, { signal, onNote: onProgress && ((bytes) => onProgress(Number(bytes))) }),
        [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
      }
      this.#size = () => pool.size
    } else {
      const entry = new URL('./hash-process-worker.ts', import.meta.url)
      const options = { name: 'hash', entry, processes: threads, memoryMiB: PROCESS_MEMORY_MIB, idleMs, box: null }
      const pool = new ProcessPool<HashRequest, HashReply>(options)
      this.#pool = {
        run: (request, of) => pool.run(request, { ...of, deadlineMs: answerMs, idleMs: answerMs }),
        [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
      }
      this.#size = () => pool.pids.length
    }
  }

  /** Number of running threads or processes. */
  get size(): number {
    return this.#size()
  }

  /** The sampled hashes of some files, in the order of `paths`; with `identify` also their types. */
  async sampled(paths: readonly RawName[], options: SampledOptions = {}): Promise<HashBatch> {
    const { identify = false, signal } = options
    const reply = await this.#pool.run({ kind: 'sampled', paths, identify }, { signal })
    if (reply.kind !== 'sampled') throw new Error('the hash worker answered another question')
    return reply.batch
  }

  /** The plain hash of all bytes of the file. */
  async full(path: RawName, { signal, onBytes }: FullOptions = {}): Promise<HashResult> {
    const reply = await this.#pool.run({ kind: 'full', path }, { signal, onProgress: onBytes })
    if (reply.kind !== 'full') throw new Error('the hash worker answered another question')
    return reply.result
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }
}
