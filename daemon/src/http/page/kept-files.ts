import { hash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'

/** Several times the size of the whole page; beyond it, the cache is emptied. */
const MAX_BYTES = 64 * 1024 * 1024

interface KeptFile {
  readonly bytes: Buffer
  readonly etag: string
}

/** Files of the page in memory, each once, however many clients read it at their own pace. */
export class KeptFiles {
  readonly #byState = new Map<string, Promise<KeptFile>>()
  #bytes = 0

  /** Null if the file is gone: the page was built anew at this moment. */
  async read(path: string): Promise<KeptFile | null> {
    const stats = await stat(path).catch(() => null)
    if (!stats) return null
    const state = `${path} ${stats.ino} ${stats.size} ${stats.mtimeMs}`
    const kept = this.#byState.get(state) ?? this.#load(path, state)
    return kept.catch(() => null)
  }

  #load(path: string, state: string): Promise<KeptFile> {
    if (this.#bytes > MAX_BYTES) this.#byState.clear()
    if (this.#byState.size === 0) this.#bytes = 0
    const loading = readFile(path).then((bytes) => {
      this.#bytes += bytes.length
      return { bytes, etag: `"${hash('sha256', bytes, 'base64url')}"` }
    })
    this.#byState.set(state, loading)
    loading.catch(() => this.#byState.delete(state))
    return loading
  }
}
