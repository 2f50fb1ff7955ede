import { AssertionError } from 'node:assert'
import type { UnexpectedFailure } from '@spacedrive/core'
import { CoreError, type Logger } from '@spacedrive/core'
import { errorMessage } from '@spacedrive/core/errors'
import { currentOperation } from '@spacedrive/core/operation'

/** Failures that `doctor` shows; older ones are in the log. */
const MAX_KEPT = 20
/** More unexpected failures than this within `FLOOD_MS` mean that the process is no longer in a known state. */
const FLOOD = 100
const FLOOD_MS = 10_000

export interface FailuresDeps {
  readonly log: Logger
  /** An invariant is broken: nothing this process holds can be relied on. */
  readonly onBroken: (err: unknown) => void
  readonly now?: () => number
}

/**
 * Deals with exceptions and rejections that nothing caught. Each is logged with the operation it arose in and ends that
 * operation. The process goes on, unless an assertion failed.
 */
export class Failures implements Disposable {
  readonly #deps: FailuresDeps
  readonly #kept: UnexpectedFailure[] = []
  #floodBegan = -Infinity
  #sinceThen = 0

  constructor(deps: FailuresDeps) {
    this.#deps = deps
    process.on('uncaughtException', this.#hear)
    process.on('unhandledRejection', this.#hear)
  }

  /** Newest first. */
  get all(): readonly UnexpectedFailure[] {
    return this.#kept
  }

  readonly #hear = (err: unknown): void => {
    const { log, now = Date.now, onBroken } = this.#deps
    const operation = currentOperation()
    const name = operation?.name ?? 'background work'
    log.error({ err, operation: name }, `unexpected error in ${name}`)
    this.#kept.unshift({ at: new Date(now()).toISOString(), operation: name, message: errorMessage(err) })
    this.#kept.length = Math.min(this.#kept.length, MAX_KEPT)
    operation?.fail(
      new CoreError('Internal', `unexpected error in ${name}; see \`spacedrive system logs\``, { cause: err }),
    )
    if (err instanceof AssertionError || this.#isFlood()) onBroken(err)
  }

  #isFlood(): boolean {
    const at = performance.now()
    if (at - this.#floodBegan > FLOOD_MS) {
      this.#floodBegan = at
      this.#sinceThen = 0
    }
    return ++this.#sinceThen > FLOOD
  }

  [Symbol.dispose](): void {
    process.off('uncaughtException', this.#hear)
    process.off('unhandledRejection', this.#hear)
  }
}
