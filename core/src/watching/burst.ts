import type { RawName } from '../util/file-name.ts'
import type { WatchLimits } from './limits.ts'
import { keyToName, nameToKey } from './name-key.ts'
import { heard } from '../util/heard.ts'

export interface Dirty {
  /** The names that changed; null means everything in the folder. */
  readonly names: readonly RawName[] | null
  /** Whether everything below the folder may have changed too. */
  readonly subtree: boolean
}

interface Marks {
  names: Set<string> | null
  subtree: boolean
}

export interface BurstDeps {
  readonly limits: WatchLimits
  /**
   * Called when a burst is over or has lasted long enough; not called again before the promise settles. It takes the
   * dirty folders with `take`, unless the root is gone. `noticedAt` is the time of the first mark, in milliseconds
   * since 1970.
   */
  readonly flush: (noticedAt: number) => Promise<void>
}

/** Collects the dirty folders of one tree until a burst of changes is over. Folders are compared by identity. */
export class Burst<Folder> {
  readonly #deps: BurstDeps
  #marks = new Map<Folder, Marks>()
  #namesHeld = 0
  #firstAt = 0
  #lastAt = 0
  #timer: NodeJS.Timeout | null = null
  #flushing = false
  #closed = false

  constructor(deps: BurstDeps) {
    this.#deps = deps
  }

  /** Marks one name; null marks everything in the folder. */
  mark(folder: Folder, name: RawName | null): void {
    const marks = this.#touch(folder)
    if (name === null || !marks.names) return this.#forgetNames(marks)
    const key = nameToKey(name)
    if (marks.names.has(key)) return
    marks.names.add(key)
    this.#namesHeld++
    const { namesPerFolder, namesHeld } = this.#deps.limits
    if (marks.names.size > namesPerFolder || this.#namesHeld > namesHeld) this.#forgetNames(marks)
  }

  /** Marks everything in the folder and below it. */
  markTree(folder: Folder): void {
    const marks = this.#touch(folder)
    marks.subtree = true
    this.#forgetNames(marks)
  }

  /** Returns the marks since the last call, and clears them. */
  take(): Map<Folder, Dirty> {
    const dirty = new Map<Folder, Dirty>()
    for (const [folder, { names, subtree }] of this.#marks) {
      dirty.set(folder, { names: names && Array.from(names, keyToName), subtree })
    }
    this.#marks = new Map()
    this.#namesHeld = 0
    return dirty
  }

  [Symbol.dispose](): void {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#marks.clear()
  }

  #touch(folder: Folder): Marks {
    const now = performance.now()
    // Continuous events starve timers, so the time is checked here too.
    if (this.#marks.size > 0 && now - this.#firstAt >= this.#deps.limits.burstMs) this.#flush()
    if (this.#marks.size === 0) this.#firstAt = now
    this.#lastAt = now
    let marks = this.#marks.get(folder)
    if (!marks) this.#marks.set(folder, (marks = { names: new Set(), subtree: false }))
    this.#schedule()
    return marks
  }

  #forgetNames(marks: Marks): void {
    this.#namesHeld -= marks.names?.size ?? 0
    marks.names = null
  }

  #schedule(): void {
    if (this.#timer || this.#flushing || this.#closed) return
    const { quietMs, burstMs } = this.#deps.limits
    const due = Math.min(this.#lastAt + quietMs, this.#firstAt + burstMs)
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        if (performance.now() < Math.min(this.#lastAt + quietMs, this.#firstAt + burstMs)) this.#schedule()
        else this.#flush()
      },
      Math.max(0, Math.ceil(due - performance.now())),
    )
  }

  #flush(): void {
    if (this.#flushing || this.#closed) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#flushing = true
    const noticedAt = Date.now() - Math.round(performance.now() - this.#firstAt)
    void heard(this.#deps.flush(noticedAt)).finally(() => {
      this.#flushing = false
      if (this.#marks.size > 0) this.#schedule()
    })
  }
}
