import { CoreError } from '../../util/errors.ts'
import type { RawName } from '../../util/file-name.ts'
import type { MediaKind } from './media-facts.ts'
import { ProcessPool } from '../../workers/index.ts'
import { ThreadPool } from '../../workers/thread-pool.ts'
import type { MediaReply, MediaRequest } from './read-media.ts'

/** Reading a header takes milliseconds. If a damaged file takes this long, its reader is in a loop. */
const DEADLINE_MS = 10_000

const IDLE_MS = 60_000

/** Enough for a long MP3 in memory. If a file needs more, only the thread ends, not the program. */
const MAX_HEAP_MIB = 256
/** The same limit for a process, including the program itself and its buffers. */
const PROCESS_MEMORY_MIB = 768

/**
 * A row for `image_media`, `audio_media`, `video_media` or `document_media`; or a failure, whose code is a system
 * code, `ENOTFILE`, `ECORRUPT`, `Timeout` or `Internal`; or null if the file has no metadata that is understood.
 */
export type MediaResult = MediaReply

export interface MediaReaderOptions {
  /** Default ten seconds. */
  readonly deadlineMs?: number
  /** The thread ends after this long without work; default one minute. */
  readonly idleMs?: number
  /** Reads in a process instead of a thread: a thread that waits for a disk without an answer cannot be ended. */
  readonly inProcess?: boolean
}

interface Readers extends AsyncDisposable {
  run(request: MediaRequest, options: { signal?: AbortSignal | undefined; deadlineMs: number }): Promise<MediaReply>
}

/** Reads the metadata of media files in a thread with a deadline, so that a damaged file affects only itself. */
export class MediaReader implements AsyncDisposable {
  readonly #pool: Readers
  readonly #deadlineMs: number

  constructor({ deadlineMs = DEADLINE_MS, idleMs = IDLE_MS, inProcess = false }: MediaReaderOptions = {}) {
    this.#pool = inProcess
      ? new ProcessPool({
          name: 'media',
          entry: new URL('./media-process-worker.ts', import.meta.url),
          processes: 1,
          heapMiB: MAX_HEAP_MIB,
          memoryMiB: PROCESS_MEMORY_MIB,
          idleMs,
          box: null,
        })
      : new ThreadPool({
          entry: new URL('./media-worker.ts', import.meta.url),
          name: 'media',
          threads: 1,
          perThread: 1,
          idleMs,
          resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
        })
    this.#deadlineMs = deadlineMs
  }

  /**
   * Reads the metadata of one file. `type` is the kind of metadata that its type has. Rejects only with `Cancelled`.
   */
  async read(path: RawName, type: MediaKind, signal?: AbortSignal): Promise<MediaResult> {
    try {
      return await this.#pool.run({ path, type }, { signal, deadlineMs: this.#deadlineMs })
    } catch (err) {
      if (!(err instanceof CoreError) || err.code === 'Cancelled') throw err
      return { state: 'failed', code: err.code, message: `its metadata cannot be read: ${err.message}` }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }
}
