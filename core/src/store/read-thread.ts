import { ThreadPool } from '../workers/thread-pool.ts'
import type { Reading, ReadRequest, ReadWorkerData } from './read-messages.ts'

/** If a library has not been read for this long, its thread ends. */
const IDLE_MS = 60_000
/** Limit on waiting readings. If there are more, a client does not read its answers. */
const MAX_WAITING = 256

export interface ReadThreadDeps {
  /** The library's database file. */
  readonly file: string
  /** The purpose and name of the thread. */
  readonly name: string
}

/**
 * A thread for reads that would block the main thread too long. It runs them one after another, on a separate
 * connection that never waits for a writer. The thread starts on use and ends after a minute without work.
 */
export class ReadThread implements AsyncDisposable {
  readonly #pool: ThreadPool<ReadRequest, unknown>

  constructor({ file, name }: ReadThreadDeps) {
    this.#pool = new ThreadPool({
      entry: new URL('./read-worker.ts', import.meta.url),
      name,
      data: { file } satisfies ReadWorkerData,
      threads: 1,
      perThread: 1,
      idleMs: IDLE_MS,
      maxWaiting: MAX_WAITING,
      closedMessage: 'the library is closed',
    })
  }

  /**
   * Calls a function in the thread; the module at `url` must export it under its own name. A reading that is aborted
   * before its turn is skipped. A running one continues to its end, but its result is dropped.
   */
  async run<Input, Output>(
    url: URL,
    reading: Reading<Input, Output>,
    input: Input,
    signal?: AbortSignal,
  ): Promise<Output> {
    signal?.throwIfAborted()
    try {
      return (await this.#pool.run({ module: url.href, name: reading.name, input }, { signal })) as Output
    } catch (err) {
      signal?.throwIfAborted()
      throw err
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]()
  }
}
