import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { JobId } from '../domain/ids.ts'
import { systemCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { GroupCommit } from './group-commit.ts'
import type { JobStore } from './job-store.ts'
import type { JobLimits } from './limits.ts'

export interface HistoryDeps {
  readonly store: JobStore
  readonly commits: GroupCommit
  readonly log: Logger
  readonly logDir: string
  readonly now: () => number
  readonly limits: JobLimits
}

/**
 * After how many ended jobs old ones are deleted. Deleting a row costs about as much as adding one, so it is done for
 * many at once.
 */
const PRUNE_EVERY = 128
/** After how many deleted jobs the folder of logs is read, to delete their logs. */
const SWEEP_EVERY = 1_024

/** Deletes ended jobs and their logs if they are too many or too old. */
export class History {
  readonly #deps: HistoryDeps
  #ended = 0
  #dropped = 0
  #sweep: Promise<void> = Promise.resolve()

  constructor(deps: HistoryDeps) {
    this.#deps = deps
  }

  /** Called when a job has ended. */
  ended(): void {
    if (++this.#ended % PRUNE_EVERY === 0) void this.#prune()
  }

  /** Repairs the state that an earlier process left. */
  tidy(): void {
    void this.#prune()
    this.#sweep = this.#sweepLogs()
  }

  close(): Promise<void> {
    return this.#sweep
  }

  async #prune(): Promise<void> {
    const { store, commits, log, now, limits } = this.#deps
    const before = now() - limits.keptMs
    try {
      this.#dropped += await commits.run(() => store.prune(limits.keptJobs, before, 2 * PRUNE_EVERY))
    } catch (err) {
      log.warn({ err }, 'old jobs were not dropped')
    }
    if (this.#dropped < SWEEP_EVERY) return
    this.#dropped = 0
    this.#sweep = this.#sweep.then(() => this.#sweepLogs())
  }

  /** Removes the logs of removed jobs. Best effort: logs that remain are removed the next time. */
  async #sweepLogs(): Promise<void> {
    const { store, logDir, log } = this.#deps
    try {
      for (const [n, name] of (await readdir(logDir)).entries()) {
        // Checking thousands of rows in one turn would block the main thread noticeably.
        if (n % 256 === 255) await setImmediate()
        const id = JobId.safeParse(name.replace(/\.log$/, ''))
        if (!id.success || store.find(id.data)) continue
        await rm(join(logDir, name), { force: true })
      }
    } catch (err) {
      if (systemCode(err) !== 'ENOENT') log.warn({ err, logDir }, 'old job logs were not removed')
    }
  }
}
