import { CoreError } from '../../util/errors.ts'
import type { RawName } from '../../util/file-name.ts'
import { ProcessPool } from '../../workers/index.ts'
import { ThreadPool } from '../../workers/thread-pool.ts'
import type { MediaReply, MediaRequest } from './read-media.ts'

/** Reading a header takes milliseconds; a damaged file that takes this long will not end. */
const DEADLINE_MS = 10_000

const IDLE_MS = 60_000

/** Enough for a long MP3 in memory. A file that needs more ends the thread, not the program. */
const MAX_HEAP_MIB = 256
/** The same limit for a process, including the program itself and its buffers. */
const PROCESS_MEMORY_MIB = 768

/**
 * A row for `image_media`, `audio_media` or `video_media`; or a failure, whose code is a system code, `ENOTFILE`,
 * `ECORRUPT`, `Timeout` or `Internal`; or null if the file has no metadata that is understood.
 */
export type MediaResult = MediaReply

export interface MediaReaderOptions {
  /** Default ten seconds. */
  readonly deadlineMs?: number
  /** The thread ends after this long without work; default one minute. */
  readonly idleMs?: number
  /** Reads in a process instead of a thread, because a thread that waits for a dead disk cannot be ended. */
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

  /** `type` is the known type of the file. Rejects only with `Cancelled`. */
  async read(path: RawName, type: 'image' | 'audio' | 'video', signal?: AbortSignal): Promise<MediaResult> {
    try {
      return await this.#pool.run({ path, type }, { signal, deadlineMs: this.#deadlineMs })
    } catch (err) {
      if (!(err instanceof CoreError) || err.code === 'Cancelled') throw err
      const message =
        err.code === 'Timeout'
          ? `its metadata could not be read within ${this.#deadlineMs} ms`
          : `its metadata cannot be read: ${err.message}`
      return { state: 'failed', code: err.code, message }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }
}
