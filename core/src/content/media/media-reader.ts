import { CoreError } from '../../util/errors.ts'
import type { RawName } from '../../util/file-name.ts'
import { ThreadPool } from '../thread-pool.ts'
import type { MediaReply, MediaRequest } from './media-worker.ts'

/** A header is read in milliseconds; a damaged file that takes this long is not going to end. */
const DEADLINE_MS = 10_000

const IDLE_MS = 60_000

/** Enough for a long MP3 in memory; a file that wants more than this ends the thread, not the program. */
const MAX_HEAP_MIB = 256

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
}

/** Reads what media files say of themselves, in a thread that a deadline ends: a damaged file costs only itself. */
export class MediaReader implements AsyncDisposable {
  readonly #pool: ThreadPool<MediaRequest, MediaReply>
  readonly #deadlineMs: number

  constructor({ deadlineMs = DEADLINE_MS, idleMs = IDLE_MS }: MediaReaderOptions = {}) {
    const entry = new URL('./media-worker.ts', import.meta.url)
    const resourceLimits = { maxOldGenerationSizeMb: MAX_HEAP_MIB }
    this.#pool = new ThreadPool({ entry, threads: 1, perThread: 1, idleMs, resourceLimits })
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
