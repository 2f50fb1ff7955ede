import { systemCode } from '../util/errors.ts'
import type { RawName } from '../util/file-name.ts'
import type { FolderWatch, FolderWatcher } from './folder-watcher.ts'

/** The limit of the system that was reached: the number of watches, or of watchers and open files. */
export type LimitCode = 'ENOSPC' | 'EMFILE'

export interface FallbackFolderWatcherDeps {
  readonly first: FolderWatcher
  /** Watches the folders that do not fit in `first`. */
  readonly second: FolderWatcher
  readonly retryMs: number
}

interface SecondChoice extends FolderWatch {
  readonly path: RawName
  readonly changed: (name: RawName | null) => void
  watch: FolderWatch
}

/**
 * Watches folders with one watcher. Folders beyond the system's limits use another watcher until there is room again.
 */
export class FallbackFolderWatcher implements FolderWatcher {
  readonly #deps: FallbackFolderWatcherDeps
  readonly #waiting = new Set<SecondChoice>()
  #limit: LimitCode | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(deps: FallbackFolderWatcherDeps) {
    this.#deps = deps
  }

  get follows(): boolean {
    return this.#deps.first.follows && this.#waiting.size === 0
  }

  /** The limit that keeps `folders` folders out of the first watcher, or null. */
  get limit(): { code: LimitCode; folders: number } | null {
    return this.#limit && { code: this.#limit, folders: this.#waiting.size }
  }

  watch(path: RawName, changed: (name: RawName | null) => void): FolderWatch {
    // Trying each of many folders in vain would be slow; the next retry covers all of them.
    return this.#limit
      ? this.#watchSecond(path, changed)
      : (this.#tryFirst(path, changed) ?? this.#watchSecond(path, changed))
  }

  /** Null if the limit is reached. */
  #tryFirst(path: RawName, changed: (name: RawName | null) => void): FolderWatch | null {
    try {
      return this.#deps.first.watch(path, changed)
    } catch (err) {
      const code = systemCode(err)
      if (code !== 'ENOSPC' && code !== 'EMFILE') throw err
      this.#limit = code
      return null
    }
  }

  #watchSecond(path: RawName, changed: (name: RawName | null) => void): FolderWatch {
    const choice: SecondChoice = {
      path,
      changed,
      watch: this.#deps.second.watch(path, changed),
      close: () => {
        choice.watch.close()
        this.#waiting.delete(choice)
        if (this.#waiting.size === 0) this.#allFit()
      },
    }
    this.#waiting.add(choice)
    this.#timer ??= setInterval(() => this.#retry(), this.#deps.retryMs)
    return choice
  }

  #retry(): void {
    for (const choice of this.#waiting) {
      try {
        const watch = this.#tryFirst(choice.path, choice.changed)
        if (!watch) return
        choice.watch.close()
        choice.watch = watch
        this.#waiting.delete(choice)
        // Covers the time since the last check of the other watcher.
        choice.changed(null)
      } catch {
        // The folder is gone or unreadable by now; its parent folder reports that, and closes this watch.
      }
    }
    this.#allFit()
  }

  #allFit(): void {
    this.#limit = null
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
  }
}
