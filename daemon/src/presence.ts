import { lstat } from 'node:fs/promises'
import type { InstancePaths } from '@spacedrive/client/node'
import type { Logger } from '@spacedrive/core'
import { errorMessage } from '@spacedrive/core/errors'
import { readLock } from '@spacedrive/core/lock'

/** How often the daemon looks whether its files are still there, in milliseconds. */
const LOOK_MS = 1_000

export interface PresenceDeps {
  readonly paths: InstancePaths
  readonly log: Logger
  /** Files that clients need to reach the daemon. */
  readonly files: () => readonly string[]
  /** Takes the lock again, and makes the files again. Throws `Locked` where another daemon has the data folder. */
  readonly restore: () => Promise<void>
  /** The daemon cannot go on with this data folder. */
  readonly onGone: (why: string) => void
}

/**
 * Keeps a running daemon reachable: restores its lock, record and sockets if another program removed them. If the data
 * folder itself is gone, or another daemon has it, the daemon ends.
 */
export class Presence implements AsyncDisposable {
  readonly #deps: PresenceDeps
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | null = null

  constructor(deps: PresenceDeps) {
    this.#deps = deps
    this.#timer = setInterval(() => {
      // A data folder on a disk that does not answer is not asked twice.
      this.#looking ??= this.#look().finally(() => (this.#looking = null))
    }, LOOK_MS).unref()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  async #look(): Promise<void> {
    const { files, log, onGone, paths, restore } = this.#deps
    try {
      if (!(await exists(paths.dataDir))) return onGone(`the data folder ${paths.dataDir} is gone`)
      const holder = readLock(paths.lockFile)
      if (holder && holder.pid !== process.pid)
        return onGone(`process ${holder.pid} has taken the data folder ${paths.dataDir}`)
      const found = await Promise.all(files().map(exists))
      if (holder && found.every(Boolean)) return
      await restore()
      log.warn({ runDir: paths.runDir }, 'files of the running daemon were deleted; creating them again')
    } catch (err) {
      log.error({ err }, `cannot create the files of the running daemon again: ${errorMessage(err)}`)
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
