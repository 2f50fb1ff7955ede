/** Keeps answers for as long as they are asked for, detection after detection: asking a device again could wake a sleeping disk. */
export class MountCache<T> {
  #kept = new Map<string, T>()
  #used = new Map<string, T>()

  async get(key: string, ask: () => Promise<T>): Promise<T> {
    const answer = this.#kept.has(key) ? this.#kept.get(key)! : await ask()
    this.#used.set(key, answer)
    return answer
  }

  /** Drops what has not been asked for since the last sweep. */
  sweep(): void {
    this.#kept = this.#used
    this.#used = new Map()
  }

  clear(): void {
    this.#kept.clear()
  }
}
