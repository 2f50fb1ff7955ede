import type { ReadDatabase } from '../db/sqlite.ts'
import { heard } from '../util/heard.ts'
import type { ChangeFeed, ChangeSet } from './change-feed.ts'

/** Limit on cached readings: as many as users look through at the same time. */
const MAX_KEPT = 8
/** Maximum age of a cached reading, in milliseconds, even if only changes were made that `isStale` does not report. */
const MAX_AGE_MS = 10_000

interface Kept {
  readonly value: Promise<unknown>
  readonly changes: number
  readonly version: number
  readonly at: number
}

export interface KeptReadingsDeps {
  readonly connection: ReadDatabase
  readonly feed: ChangeFeed
  /** Whether a change makes all readings stale at once. */
  readonly isStale: (changes: ChangeSet) => boolean
  readonly now: () => number
}

/** Caches readings of a whole library until the library changes. */
export class KeptReadings implements Disposable {
  readonly #deps: KeptReadingsDeps
  /** Ordered by last use: the most recently used is last. */
  readonly #kept = new Map<string, Kept>()
  readonly #subscription: Disposable
  #changes = 0

  constructor(deps: KeptReadingsDeps) {
    this.#deps = deps
    this.#subscription = deps.feed.subscribe((changes) => {
      if (deps.isStale(changes)) this.#changes++
    })
  }

  /** Returns the cached reading of a key, or reads it now. */
  async get<T>(key: string, read: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key)
    this.#kept.delete(key)
    const now = { changes: this.#changes, version: this.#version, at: this.#deps.now() }
    const made = kept && isFresh(kept, now) ? kept : { ...now, value: heard(read()) }
    this.#kept.set(key, made)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    try {
      return (await made.value) as T
    } catch (err) {
      if (this.#kept.get(key) === made) this.#kept.delete(key)
      throw err
    }
  }

  /** A number that changes with every commit of another connection, including those of other processes. */
  get #version(): number {
    return Number(this.#deps.connection.prepare('pragma data_version').get()!['data_version'])
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }
}

function isFresh(kept: Kept, now: Omit<Kept, 'value'>): boolean {
  if (kept.changes !== now.changes) return false
  return kept.version === now.version || Math.abs(now.at - kept.at) < MAX_AGE_MS
}
