import type { Logger } from '../util/logger.ts'

/** How often open libraries are checked, in milliseconds, so that a lost folder is reported within seconds. */
const LOOK_MS = 1_000
/** When the first check for due backups runs after the start, and the time between two checks. */
const FIRST_BACKUP_MS = 10 * 60_000
const BACKUP_MS = 60 * 60_000

export interface LibraryKeeperDeps {
  readonly look: () => Promise<void>
  readonly backUp: (signal: AbortSignal) => Promise<void>
  readonly log: Logger
}

/** Checks the open libraries as long as the engine runs: whether their folders exist, and whether a backup is due. */
export class LibraryKeeper implements AsyncDisposable {
  readonly #deps: LibraryKeeperDeps
  readonly #closing = new AbortController()
  readonly #looks: NodeJS.Timeout
  #backups: NodeJS.Timeout
  #isLooking = false
  #backingUp: Promise<void> | null = null

  constructor(deps: LibraryKeeperDeps) {
    this.#deps = deps
    this.#looks = setInterval(() => void this.#look(), LOOK_MS).unref()
    this.#backups = this.#backUpIn(FIRST_BACKUP_MS)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looks)
    clearTimeout(this.#backups)
    this.#closing.abort()
    await this.#backingUp
  }

  /** Only one check runs at a time, because a disk may not answer. */
  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    await this.#quietly('libraries were not looked at', () => this.#deps.look())
    this.#isLooking = false
  }

  #backUpIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#backups = this.#backUpIn(BACKUP_MS)
      this.#backingUp ??= this.#quietly('libraries were not backed up', () =>
        this.#deps.backUp(this.#closing.signal),
      ).finally(() => (this.#backingUp = null))
    }, ms).unref()
  }

  async #quietly(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (err) {
      if (!this.#closing.signal.aborted) this.#deps.log.warn({ err }, what)
    }
  }
}
