import { CoreError } from '../../util/errors.ts'
import type { RawName } from '../../util/file-name.ts'
import { ProcessPool } from '../../workers/index.ts'
import { ThreadPool } from '../thread-pool.ts'
import type { MediaReply, MediaRequest } from './read-media.ts'

/** A header is read in milliseconds; a damaged file that takes this long is not going to end. */
const DEADLINE_MS = 10_000

const IDLE_MS = 60_000

/** Enough for a long MP3 in memory; a file that wants more than this ends the thread, not the program. */
const MAX_HEAP_MIB = 256
/** The same, with the program itself and buffers. */
const PROCESS_MEMORY_MIB = 768

/**
 * A row for `image_media`, `audio_media` or `video_media`; a failure, whose code is a system code, `ENOTFILE`, `ECORRUPT`, `Timeout` or
 * `Internal`; or null where the format says nothing that is understood.
 */
export type MediaResult = MediaReply

export interface MediaReaderOptions {
  /** Ten seconds unless said. */
  readonly deadlineMs?: number
  /** The thread ends after this long without work; a minute unless said. */
  readonly idleMs?: number
  /** Read in a process: a thread that waits for a disk which never answers cannot be ended. */
  readonly inProcess?: boolean
}

interface Readers extends AsyncDisposable {
  run(request: MediaRequest, options: { signal?: AbortSignal | undefined; deadlineMs: number }): Promise<MediaReply>
}

/** Reads what media files say of themselves, in a thread that a deadline ends: a damaged file costs only itself. */
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
          threads: 1,
          perThread: 1,
          idleMs,
          resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
        })
    this.#deadlineMs = deadlineMs
  }

  /** `type` is what the file is known to be. Rejects with `Cancelled` alone. */
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
