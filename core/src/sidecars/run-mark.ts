import { access, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorMessage } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { makeFolderBelow } from '../util/make-folder-below.ts'

const NAME = 'run-under-way'

/**
 * A file that stands in the folder of sidecars while a run makes some. A run that finds the file there knows that an
 * earlier run was killed: that run may have left files without a row.
 */
export class RunMark {
  readonly #path: string
  /** Whether an earlier run was killed, and no run has cleared up after it yet. */
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
      // Best effort: on a full disk the run waits anyway, and makes no file.
      log.debug({ err: errorMessage(err), path }, 'the mark of a run was not written')
    }
    return new RunMark(path, wasLeft)
  }

  /** Everything that a killed run has left is cleared up. */
  clear(): void {
    this.#isClear = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Best effort: a mark that stays costs the next run one look at all files.
    if (this.#isClear) await rm(this.#path, { force: true }).catch(() => {})
  }
}
