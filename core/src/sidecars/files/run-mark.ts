import { access, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { makeFolderBelow } from '../../util/make-folder-below.ts'

const NAME = 'run-under-way'

/**
 * A file in the folder of sidecars that exists while a run makes sidecars. If a run finds it, an earlier run was killed
 * and may have left files without rows.
 */
export class RunMark {
  readonly #path: string
  /** Whether an earlier run was killed, and no run has cleaned up since. */
  readonly wasLeft: boolean
  #isClear: boolean

  private constructor(path: string, wasLeft: boolean) {
    this.#path = path
    this.wasLeft = wasLeft
    this.#isClear = !wasLeft
  }

  static async set(root: string, log: Logger): Promise<RunMark> {
    const path = join(root, NAME)
    const wasLeft = await access(path).then(
      () => true,
      () => false,
    )
    try {
      await makeFolderBelow(dirname(root), root)
      await writeFile(path, '', { mode: 0o600 })
    } catch (err) {
      // Best effort: if the disk is full, the run waits anyway and writes no files.
      log.debug({ err: errorMessage(err), path }, 'the mark of a run was not written')
    }
    return new RunMark(path, wasLeft)
  }

  /** Call this when everything that a killed run left behind is cleaned up. */
  clear(): void {
    this.#isClear = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Best effort: a leftover mark only makes the next run check all files once.
    if (this.#isClear) await rm(this.#path, { force: true }).catch(() => {})
  }
}
