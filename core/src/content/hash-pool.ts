import type { RawName } from '../util/file-name.ts'
import { ProcessPool } from '../workers/index.ts'
import type { HashResult } from './content-hash.ts'
import type { HashBatch, HashReply, HashRequest } from './hash-messages.ts'
import { type RunOptions, ThreadPool } from './thread-pool.ts'

/** Threads give their memory back after this long without work. */
const IDLE_MS = 60_000

/** The second request keeps a thread at work while the first one's answer is recorded. */
const REQUESTS_PER_THREAD = 2

const DEFAULT_THREADS = 2

export interface HashPoolOptions {
  /** 2 unless said. */
  readonly threads?: number
  /** All threads end after this long without work; a minute unless said. */
  readonly idleMs?: number
  /**
   * Said where the disk may never answer: files are then read by processes, one of which is killed when it has not read
   * anything for so many milliseconds.
   */
  readonly answerMs?: number | undefined
}

/** What both kinds of pools can do. */
interface Hashers extends AsyncDisposable {
  run(request: HashRequest, options: Pick<RunOptions, 'signal' | 'onProgress'>): Promise<HashReply>
}

/** Decoding types takes little; the rest is room for what a batch is told in. */
const PROCESS_MEMORY_MIB = 512

export interface SampledOptions {
  /** Tell what type each file is as well, from the bytes that are read anyway. */
  readonly identify?: boolean
  readonly signal?: AbortSignal | undefined
}

export interface FullOptions {
  readonly signal?: AbortSignal | undefined
  /** Hears now and then how many bytes have been hashed. */
  readonly onBytes?: (bytes: number) => void
}

/**
 * Hashes files in threads, which start on use and end when idle. A file that cannot be read is a state of its result;
 * calls reject with `Cancelled` when aborted or disposed, `Internal` or `Unavailable` where a thread or process died, and
 * `Timeout` where a disk does not answer. A call keeps one thread
 * busy: ask for some hundred files at a time, and have as many calls open as there are threads, or a few more.
 */
export class HashPool implements AsyncDisposable {
  readonly #pool: Hashers
  readonly #size: () => number

  constructor({ threads = DEFAULT_THREADS, idleMs = IDLE_MS, answerMs }: HashPoolOptions = {}) {
    if (answerMs === undefined) {
      const entry = new URL('./hash-worker.ts', import.meta.url)
      const pool = new ThreadPool<HashRequest, HashReply>({ entry, threads, perThread: REQUESTS_PER_THREAD, idleMs })
      this.#pool = pool
      this.#size = () => pool.size
    } else {
      const entry = new URL('./hash-process-worker.ts', import.meta.url)
      const options = { name: 'hash', entry, processes: threads, memoryMiB: PROCESS_MEMORY_MIB, idleMs, box: null }
      const pool = new ProcessPool<HashRequest, HashReply>(options)
      this.#pool = {
        run: (request, of) => pool.run(request, { ...of, deadlineMs: answerMs }),
        [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
      }
      this.#size = () => pool.pids.length
    }
  }

  /** Threads, or processes, alive now. */
  get size(): number {
    return this.#size()
  }

  /** The sampled hashes of some files, in the order they are asked; with `identify` also what type each is. */
  async sampled(paths: readonly RawName[], options: SampledOptions = {}): Promise<HashBatch> {
    const { identify = false, signal } = options
    const reply = await this.#pool.run({ kind: 'sampled', paths, identify }, { signal })
    if (reply.kind !== 'sampled') throw new Error('the hash worker answered another question')
    return reply.batch
  }

  /** The plain hash of all of a file's bytes. */
  async full(path: RawName, { signal, onBytes }: FullOptions = {}): Promise<HashResult> {
    const reply = await this.#pool.run({ kind: 'full', path }, { signal, onProgress: onBytes })
    if (reply.kind !== 'full') throw new Error('the hash worker answered another question')
    return reply.result
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }
}
