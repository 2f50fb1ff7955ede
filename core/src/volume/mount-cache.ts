/**
 * Keeps answers from detection to detection while they are in use, because asking a device again could wake a sleeping
 * disk.
 */
export class MountCache<T> {
  #kept = new Map<string, T>()
  #used = new Map<string, T>()

  async get(key: string, ask: () => Promise<T>): Promise<T> {
    const answer = this.#kept.has(key) ? this.#kept.get(key)! : await ask()
    this.#used.set(key, answer)
    return answer
  }

  /** Drops the answers that were not used since the last sweep. */
  sweep(): void {
    this.#kept = this.#used
    this.#used = new Map()
  }

  clear(): void {
    this.#kept.clear()
  }
}
