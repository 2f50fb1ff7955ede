import { readFileSync, watch } from 'node:fs'
import { bytesToName, fsPath, type RawName } from '../util/file-name.ts'
import { reachable } from '../util/reachable-path.ts'
import { bareWatch } from './bare-watch.ts'
import type { FolderWatch, FolderWatcher } from './folder-watcher.ts'

/** The part of `fs.watch` that this module uses. */
export type WatchFunction = (
  path: string | Buffer,
  options: { encoding: 'buffer'; recursive?: boolean },
  listener: (event: string, name: Buffer | string | null) => void,
) => WatchHandle

export interface WatchHandle {
  on(event: 'error', listener: (err: Error) => void): unknown
  close(): void
}

/** `fs.watch`, or if available a lighter watch of a single folder, because there may be tens of thousands. */
export const systemWatch: WatchFunction = (path, options, listener) =>
  bareWatch && !options.recursive ? bareWatch(path, options, listener) : watch(path, options, listener)

export interface NativeFolderWatcherDeps {
  readonly watch: WatchFunction
  /** Called if events were, or may have been, lost; the folder is unknown. */
  readonly onOverflow: () => void
  /** Number of unread events that the system buffers before it drops more; see `maxQueuedEvents`. */
  readonly queueLength: number
}

/**
 * One `fs.watch` for each folder: inotify on Linux.
 *
 * libuv drops the kernel's overflow event. But it reads a queue to its end at once, so a queue that was full shows as
 * that many events within one turn of the event loop. Some of them may belong to closed watches and never arrive, so
 * half as many count as an overflow. A false alarm costs one check of the disk.
 */
export class NativeFolderWatcher implements FolderWatcher {
  readonly follows = true
  readonly #deps: NativeFolderWatcherDeps
  readonly #alarm: number
  #eventsThisTurn = 0

  constructor(deps: NativeFolderWatcherDeps) {
    this.#deps = deps
    this.#alarm = deps.queueLength / 2
  }

  watch(path: RawName, changed: (name: RawName | null) => void): FolderWatch {
    using short = reachable(path)
    const watcher = this.#deps.watch(fsPath(short.path), { encoding: 'buffer' }, (_event, name) => {
      this.#count()
      changed(name === null || typeof name === 'string' ? name : bytesToName(name))
    })
    watcher.on('error', this.#deps.onOverflow)
    return watcher
  }

  #count(): void {
    if (this.#eventsThisTurn++ === 0) setImmediate(() => (this.#eventsThisTurn = 0))
    if (this.#eventsThisTurn === this.#alarm) this.#deps.onOverflow()
  }
}

/** The kernel's default, for systems that do not report their own value. */
const DEFAULT_QUEUE_LENGTH = 16_384

export function maxQueuedEvents(): number {
  return readInotifyLimit('max_queued_events') ?? DEFAULT_QUEUE_LENGTH
}

/** A value of `/proc/sys/fs/inotify`; null if it cannot be read. */
export function readInotifyLimit(name: 'max_queued_events' | 'max_user_watches' | 'max_user_instances'): number | null {
  try {
    return Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8'))
  } catch {
    return null
  }
}
