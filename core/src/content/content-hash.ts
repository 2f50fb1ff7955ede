import { fstatSync, readSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { splitNanoseconds } from '../util/file-time.ts'
import { loadBlake3 } from '../util/blake3.ts'
import type { Blake3 } from '../util/blake3.ts'
import { fileSource, isUnchanged, readFully, withRegularFile } from './regular-file.ts'
import type { FilePath, ReadFailure } from './regular-file.ts'
import type { ByteSource } from './types/byte-source.ts'

// The constants of the sampled hash. Content ids depend on them: none may ever change.
/** Files up to this many bytes are hashed whole. */
export const WHOLE_FILE_BYTES = 102_400
/** Bytes at the beginning and at the end of a larger file. */
const EDGE_BYTES = 8_192
const SAMPLE_COUNT = 4
const SAMPLE_BYTES = 10_240

/** Length of the file's size, which is hashed first: an unsigned 64-bit little-endian number. */
export const SIZE_BYTES = 8
const SAMPLED_BYTES = SIZE_BYTES + 2 * EDGE_BYTES + SAMPLE_COUNT * SAMPLE_BYTES

/** If a file was modified this recently, it may be written again without its times changing. */
const FRESH_MS = 2_000

/** Bytes read at once for a full hash. */
const CHUNK_BYTES = 1_048_576

/** A full hash reports its progress each time it has read this many bytes. */
const PROGRESS_BYTES = 64 * CHUNK_BYTES

/** Error code for a regular file that reports size 0 but has bytes, as in `/proc`. */
const ENDLESS = 'EENDLESS'

export interface HashedFile {
  /** `tooFresh`: modified so recently that it must be checked again. The hash is that of the bytes read. */
  readonly state: 'hashed' | 'tooFresh'
  readonly hash: Uint8Array
  /** The `fstat` of the hashed file. Milliseconds rounded down, and the remaining nanoseconds. */
  readonly size: number
  readonly mtime: number
  readonly mtimeNs: number
  /** In whole milliseconds. */
  readonly ctime: number
}

/** `changed`: the file was written while it was read; try again. */
export type HashResult = HashedFile | { readonly state: 'changed' } | ReadFailure

export interface ContentHasherOptions {
  readonly now?: () => number
  /** False disables the native BLAKE3. */
  readonly native?: boolean
}

export interface FullHashOptions {
  /** Called between chunks; if it returns true, the work ends with the failure `ECANCELED`. */
  readonly stopped?: () => boolean
  /** Called with the number of bytes hashed so far. */
  readonly onBytes?: (bytes: number) => void
}

/**
 * Hashes files one after another and blocks its thread: use one for each worker. Its buffers are reused for all files.
 */
export class ContentHasher {
  readonly #blake3: Blake3
  readonly #now: () => number
  readonly #buffer = Buffer.allocUnsafeSlow(SIZE_BYTES + WHOLE_FILE_BYTES)
  #chunk: Buffer | null = null

  private constructor(blake3: Blake3, now: () => number) {
    this.#blake3 = blake3
    this.#now = now
  }

  static async load(options: ContentHasherOptions = {}): Promise<ContentHasher> {
    return new ContentHasher(await loadBlake3({ native: options.native ?? true }), options.now ?? Date.now)
  }

  /**
   * The hash that identifies a content: BLAKE3 of the size and the whole file, or of the size and six samples if it is
   * larger than `WHOLE_FILE_BYTES`. `examine` reads from the file while it is open.
   */
  sampled(path: FilePath, examine?: (source: ByteSource) => void): HashResult {
    return withRegularFile(path, (fd, before) => {
      const size = Number(before.size)
      if (size === 0 && readSync(fd, this.#buffer, 0, 1, 0) > 0) return endless()
      const length = size <= WHOLE_FILE_BYTES ? this.#readWhole(fd, size) : this.#readSamples(fd, size)
      if (length === null) return { state: 'changed' }
      this.#buffer.writeBigUInt64LE(before.size)
      // The first sample directly follows the header bytes, so the beginning of the buffer is the beginning of the
      // file.
      const headEnd = size <= WHOLE_FILE_BYTES ? length : SIZE_BYTES + EDGE_BYTES + SAMPLE_BYTES
      examine?.(fileSource(fd, size, this.#buffer.subarray(SIZE_BYTES, headEnd)))
      return this.#finish(fd, before, this.#blake3.hash(this.#buffer.subarray(0, length)))
    })
  }

  /** Plain BLAKE3 of all bytes of the file, as `b3sum` prints it. */
  full(path: FilePath, options: FullHashOptions = {}): HashResult {
    return withRegularFile(path, (fd, before) => {
      const size = Number(before.size)
      const chunk = (this.#chunk ??= Buffer.allocUnsafeSlow(CHUNK_BYTES))
      if (size === 0 && readSync(fd, chunk, 0, 1, 0) > 0) return endless()
      this.#blake3.start()
      let position = 0
      while (position < size) {
        if (options.stopped?.()) return { state: 'failed', code: 'ECANCELED', message: 'cancelled' }
        const read = readSync(fd, chunk, 0, Math.min(CHUNK_BYTES, size - position), position)
        if (read === 0) return { state: 'changed' }
        this.#blake3.update(read === CHUNK_BYTES ? chunk : chunk.subarray(0, read))
        position += read
        if (position % PROGRESS_BYTES === 0) options.onBytes?.(position)
      }
      return this.#finish(fd, before, this.#blake3.finish())
    })
  }

  /** Number of bytes in the buffer, including the size before them; null if the file ended early. */
  #readWhole(fd: number, size: number): number | null {
    const read = readFully(fd, this.#buffer, { start: SIZE_BYTES, length: size, position: 0 })
    return read === size ? SIZE_BYTES + size : null
  }

  #readSamples(fd: number, size: number): number | null {
    let start = SIZE_BYTES
    for (const { position, length } of samples(size)) {
      if (readFully(fd, this.#buffer, { start, length, position }) !== length) return null
      start += length
    }
    return SAMPLED_BYTES
  }

  #finish(fd: number, before: BigIntStats, hash: Uint8Array): HashResult {
    const after = fstatSync(fd, { bigint: true })
    if (!isUnchanged(before, after)) return { state: 'changed' }
    const [mtime, mtimeNs] = splitNanoseconds(after.mtimeNs)
    const fresh = this.#isFresh(mtime) || this.#isFresh(Number(after.ctimeMs))
    return {
      state: fresh ? 'tooFresh' : 'hashed',
      hash,
      size: Number(after.size),
      mtime,
      mtimeNs,
      ctime: Number(after.ctimeMs),
    }
  }

  // A time in the far future is a wrong clock, not a recent write.
  #isFresh(ms: number): boolean {
    return Math.abs(this.#now() - ms) < FRESH_MS
  }
}

/** The samples of a file larger than `WHOLE_FILE_BYTES`, in the order in which they are hashed. */
export function* samples(size: number): Generator<{ position: number; length: number }> {
  const jump = Math.floor((size - 2 * EDGE_BYTES) / SAMPLE_COUNT)
  yield { position: 0, length: EDGE_BYTES }
  for (let i = 0; i < SAMPLE_COUNT; i++) yield { position: EDGE_BYTES + i * jump, length: SAMPLE_BYTES }
  yield { position: size - EDGE_BYTES, length: EDGE_BYTES }
}

function endless(): ReadFailure {
  return { state: 'failed', code: ENDLESS, message: 'the file system reports an empty file, but the file has data' }
}
