import { type Blake3, loadBlake3 } from '../../../util/blake3.ts'

/**
 * Hash states for files that are read in pieces. Each file that is being read needs its own state. Unused states are
 * kept for later files.
 */
export class Hashers {
  readonly #free: Blake3[] = []

  /** A state for one caller only, until it is given back. */
  async take(): Promise<Blake3> {
    const hasher = this.#free.pop() ?? (await loadBlake3())
    hasher.start()
    return hasher
  }

  giveBack(hasher: Blake3): void {
    this.#free.push(hasher)
  }
}
