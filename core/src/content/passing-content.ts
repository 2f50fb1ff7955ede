import { type Blake3, loadBlake3 } from '../util/blake3.ts'
import { samples, SIZE_BYTES, WHOLE_FILE_BYTES } from './content-hash.ts'
import { isContent } from './content-id.ts'

/**
 * Computes the hashes of a file's bytes while they pass in order, for example in a transfer. At the end, it knows the
 * content.
 */
export class PassingContent {
  readonly #size: number
  readonly #blake3: Blake3
  /** The parts of the sampled hash: their position in the file, and their offset `at` in `#sampled`. */
  readonly #parts: readonly { readonly position: number; readonly length: number; readonly at: number }[]
  readonly #sampled: Buffer
  #passed = 0

  private constructor(size: number, blake3: Blake3) {
    this.#size = size
    this.#blake3 = blake3
    blake3.start()
    let at = SIZE_BYTES
    const ranges = size <= WHOLE_FILE_BYTES ? [{ position: 0, length: size }] : [...samples(size)]
    this.#parts = ranges.map((range) => {
      const part = { ...range, at }
      at += range.length
      return part
    })
    this.#sampled = Buffer.alloc(at)
    this.#sampled.writeBigUInt64LE(BigInt(size))
  }

  /** `size` is the number of bytes that will pass. */
  static async begin(size: number): Promise<PassingContent> {
    return new PassingContent(size, await loadBlake3())
  }

  /** Takes the next bytes. */
  push(bytes: Uint8Array): void {
    this.#blake3.update(bytes)
    const [from, to] = [this.#passed, this.#passed + bytes.length]
    for (const { at, length, position } of this.#parts) {
      const [start, end] = [Math.max(from, position), Math.min(to, position + length)]
      if (start < end) this.#sampled.set(bytes.subarray(start - from, end - from), at + start - position)
    }
    this.#passed = to
  }

  /** Whether all bytes that passed are exactly this content. Call it once, at the end. */
  wasContent(contentId: string): boolean {
    const full = this.#blake3.finish()
    return this.#passed === this.#size && isContent(contentId, { sampled: this.#blake3.hash(this.#sampled), full })
  }
}
