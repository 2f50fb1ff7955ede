import { systemCode } from '../../util/errors.ts'
import type { RawName } from '../../util/file-name.ts'
import type { FolderWatch, FolderWatcher } from './folder-watcher.ts'

/** Which of the system's limits was met: watches in all, or watchers and open files. */
export type LimitCode = 'ENOSPC' | 'EMFILE'

export interface FallbackFolderWatcherDeps {
  readonly first: FolderWatcher
  /** Watches what `first` has no room for. */
  readonly second: FolderWatcher
  readonly retryMs: number
}

interface SecondChoice extends FolderWatch {
  readonly path: RawName
  readonly changed: (name: RawName | null) => void
  watch: FolderWatch
}

/** Watches folders one way, and another way those that are beyond the system's limits, until there is room again. */
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

  /** The limit that keeps `folders` folders out, or null. */
  get limit(): { code: LimitCode; folders: number } | null {
    return this.#limit && { code: this.#limit, folders: this.#waiting.size }
  }

  watch(path: RawName, changed: (name: RawName | null) => void): FolderWatch {
    // Asking for each of many folders in vain would be slow; the next try is for all of them.
    return this.#limit
      ? this.#watchSecond(path, changed)
      : (this.#tryFirst(path, changed) ?? this.#watchSecond(path, changed))
  }

  /** Null where the limit is reached. */
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
        // What happened since the last look of the other watcher.
        choice.changed(null)
      } catch {
        // Gone or unreadable by now: the folder above tells, and closes this.
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
