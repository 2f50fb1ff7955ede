import { existsSync, type FSWatcher, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ContentId } from '../../domain/index.ts'
import { errorMessage } from '../../util/errors.ts'
import { makeFolderBelowSync } from '../../util/make-folder-below.ts'
import type { Logger } from '../../util/logger.ts'
import { contentFolder, sidecarPath, type SidecarKey } from '../files/paths.ts'

export interface SidecarWatchDeps {
  /** The library's folder of sidecars. */
  readonly root: string
  readonly log: Logger
}

/** Limit on watched folders: each takes a kilobyte of the system's memory. `verify` finds changes in the others. */
const MAX_FOLDERS = 16_384
/** Milliseconds from the first event to the check: editors and copies write more than once. */
const SETTLE_MS = 250
/** Folders added before other work in this thread gets a turn. */
const FOLDERS_PER_TURN = 64

/** Index of the content id in the parts of a path that is relative to the folder `content`. */
const CONTENT_PART = 2

/**
 * Notices manual changes to sidecars. On macOS and Windows, the system watches the whole tree; elsewhere, each folder
 * of a content that has sidecars is watched by itself.
 */
export class SidecarWatch implements Disposable {
  readonly #deps: SidecarWatchDeps
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #dirty = new Set<ContentId>()
  readonly #watchesTrees = process.platform === 'darwin' || process.platform === 'win32'
  #timer: NodeJS.Timeout | undefined
  #checking = false
  #changed: (contentId: ContentId) => Promise<void> = () => Promise.resolve()
  #isFull = false
  #isOn = false

  constructor(deps: SidecarWatchDeps) {
    this.#deps = deps
  }

  /** The maximum number of watched folders. */
  get capacity(): number {
    return MAX_FOLDERS
  }

  /**
   * Watches the folders of these sidecars. `changed` is called when files of a content may have been added, removed or
   * changed.
   */
  async start(keys: readonly SidecarKey[], changed: (contentId: ContentId) => Promise<void>): Promise<void> {
    this.#isOn = true
    this.#changed = changed
    if (this.#watchesTrees) this.#addTree()
    for (const [i, key] of keys.entries()) {
      if (i % FOLDERS_PER_TURN === 0) await setImmediate()
      this.add(key)
    }
  }

  /** Also watches the folders of this sidecar; does nothing before `start`. */
  add(key: SidecarKey): void {
    if (this.#watchesTrees || !this.#isOn || this.#isFull) return
    const folder = contentFolder(this.#deps.root, key.contentId)
    this.#addFolder(folder, key.contentId)
    this.#addFolder(dirname(sidecarPath(this.#deps.root, key)), key.contentId)
  }

  [Symbol.dispose](): void {
    this.#isOn = false
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #addTree(): void {
    const folder = join(this.#deps.root, 'content')
    makeFolderBelowSync(dirname(this.#deps.root), folder)
    this.#open(folder, true, (name) => {
      const contentId = name?.split(/[\\/]/)[CONTENT_PART]
      if (contentId) this.#note(contentId as ContentId)
    })
  }

  #addFolder(folder: string, contentId: ContentId): void {
    if (this.#watchers.has(folder)) return
    if (this.#watchers.size >= MAX_FOLDERS) return this.#full(`more than ${MAX_FOLDERS} folders`)
    this.#open(folder, false, () => {
      // A removed folder sends no more events, and the path may be used by a new one.
      if (!existsSync(folder)) this.#forget(folder)
      this.#note(contentId)
    })
  }

  #open(folder: string, recursive: boolean, onEvent: (name: string | null) => void): void {
    try {
      const watcher = watch(folder, { recursive, persistent: false }, (_, name) => onEvent(name))
      watcher.on('error', () => this.#forget(folder))
      this.#watchers.set(folder, watcher)
    } catch (err) {
      // If the folder is gone, there is nothing to watch; `add` is called when it is made again.
      if (existsSync(folder)) this.#full(errorMessage(err))
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }

  #full(reason: string): void {
    this.#isFull = true
    this.#deps.log.warn({ reason }, 'changes of some sidecars are not noticed; `spacedrive sidecar verify` finds them')
  }

  #note(contentId: ContentId): void {
    this.#dirty.add(contentId)
    if (!this.#checking) this.#timer ??= setTimeout(() => void this.#check(), SETTLE_MS).unref()
  }

  async #check(): Promise<void> {
    this.#timer = undefined
    this.#checking = true
    for (const contentId of this.#dirty) {
      if (!this.#isOn) return
      this.#dirty.delete(contentId)
      try {
        await this.#changed(contentId)
      } catch (err) {
        if (this.#isOn) this.#deps.log.warn({ contentId, err: errorMessage(err) }, 'changed sidecars were not checked')
      }
    }
    this.#checking = false
  }
}
