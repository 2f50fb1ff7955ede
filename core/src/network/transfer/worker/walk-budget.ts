import { CoreError } from '../../../util/errors.ts'

export interface WalkLimits {
  /** Most files and folders in all lists together. */
  readonly rows: number
  /** Most bytes of their paths and names. */
  readonly bytes: number
}

/**
 * The whole budget, which a single transfer may use. With the overhead of each row, it is half a gigabyte of memory.
 */
const LIMITS: WalkLimits = { rows: 1_000_000, bytes: 268_435_456 }

/** The part of the budget that one list uses; disposing it returns that part. */
export interface WalkShare extends Disposable {
  /** Throws `Unavailable` if the lists of all transfers together are too long. */
  take(bytes: number): void
}

/** Limits the lists of all transfers together, even if there are many requests for large folders at once. */
export class WalkBudget {
  readonly #limits: WalkLimits
  #rows = 0
  #bytes = 0

  constructor(limits = LIMITS) {
    this.#limits = limits
  }

  share(): WalkShare {
    let rows = 0
    let bytes = 0
    return {
      take: (more) => {
        if (this.#rows >= this.#limits.rows || this.#bytes + more > this.#limits.bytes)
          throw new CoreError(
            'Unavailable',
            'too many files are being listed for other devices at once; try again when those transfers have ended, or ask for a smaller folder',
          )
        rows++
        bytes += more
        this.#rows++
        this.#bytes += more
      },
      [Symbol.dispose]: () => {
        this.#rows -= rows
        this.#bytes -= bytes
        rows = 0
        bytes = 0
      },
    }
  }
}
