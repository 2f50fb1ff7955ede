import { type Blake3, loadBlake3 } from '../../../util/blake3.ts'

/** Hashes of files that are read in pieces, several at once: each needs a state of its own, which is used again. */
export class Hashers {
  readonly #free: Blake3[] = []

  /** One that nobody else uses until it is given back. */
  async take(): Promise<Blake3> {
    const hasher = this.#free.pop() ?? (await loadBlake3())
    hasher.start()
    return hasher
  }

  giveBack(hasher: Blake3): void {
    this.#free.push(hasher)
  }
}
