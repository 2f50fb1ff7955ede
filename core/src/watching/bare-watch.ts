import { getSystemErrorName } from 'node:util'
import type { WatchFunction } from './native-folder-watcher.ts'

/** The internal class that Node's `FSWatcher` wraps: undocumented, but unchanged for many versions. */
interface FsEvent {
  /** Starts the watch and calls `onchange` for each event. Returns 0, or the negative number of a system error. */
  start(path: string | Buffer, persistent: boolean, recursive: boolean, encoding: 'buffer'): number
  close(): void
}

/**
 * `fs.watch` for single folders on Linux without an `FSWatcher` object for each; null if this Node does not have it.
 */
export const bareWatch: WatchFunction | null = findBareWatch()

function findBareWatch(): WatchFunction | null {
  const FsEvent = process.platform === 'linux' ? findFsEvent() : null
  if (!FsEvent) return null

  class BareWatch extends FsEvent {
    readonly listener: Parameters<WatchFunction>[2]
    failed: (err: Error) => void = ignore

    constructor(listener: Parameters<WatchFunction>[2]) {
      super()
      this.listener = listener
    }

    onchange(status: number, event: string, name: Buffer | null): void {
      if (status < 0) this.failed(systemError(status))
      else this.listener(event, name)
    }

    on(_event: 'error', failed: (err: Error) => void): void {
      this.failed = failed
    }
  }

  return (path, _options, listener) => {
    const watch = new BareWatch(listener)
    const status = watch.start(path, true, false, 'buffer')
    if (status < 0) throw systemError(status)
    return watch
  }
}

function findFsEvent(): (new () => FsEvent) | null {
  try {
    const { FSEvent } = (process as unknown as Internals).binding('fs_event_wrap')
    return typeof FSEvent?.prototype.start === 'function' ? FSEvent : null
  } catch {
    return null
  }
}

interface Internals {
  binding(name: 'fs_event_wrap'): { readonly FSEvent?: new () => FsEvent }
}

function systemError(status: number): Error {
  const code = getSystemErrorName(status)
  return Object.assign(new Error(`the system's watch failed: ${code}`), { code, errno: status, syscall: 'watch' })
}

function ignore(): void {}
