/**
 * Caches facts about devices from one detection to the next, as long as they are in use: asking a device again could
 * wake a sleeping disk.
 */
export class MountCache<T> {
  #kept = new Map<string, T>()
  #used = new Map<string, T>()

  async get(key: string, ask: () => Promise<T>): Promise<T> {
    const answer = this.#kept.has(key) ? this.#kept.get(key)! : await ask()
    this.#used.set(key, answer)
    return answer
  }

  /** Drops the facts that were not used since the last sweep. */
  sweep(): void {
    this.#kept = this.#used
    this.#used = new Map()
  }

  clear(): void {
    this.#kept.clear()
  }
}
