import { CoreError } from '../../../util/errors.ts'

export interface WalkLimits {
  /** Maximum number of files and folders in all lists together. */
  readonly rows: number
  /** Maximum number of bytes of their paths and names. */
  readonly bytes: number
}

/**
 * The whole budget. One device gets at most three quarters of it: the million files and folders that one transfer may
 * have. With the overhead of each row, the whole budget is two thirds of a gigabyte of memory.
 */
const LIMITS: WalkLimits = { rows: 1_333_334, bytes: 357_913_942 }
/**
 * A device may use at most this many times the budget that is still free. So a part always stays free for the next
 * device.
 */
const TIMES_FREE = 3

/** The part of the budget that one list uses; disposing it returns that part. */
export interface WalkShare extends Disposable {
  /** Throws `Unavailable` if the lists of this device, or of all transfers together, are too long. */
  take(bytes: number): void
}

interface Used {
  rows: number
  bytes: number
}

/** Limits the lists of all transfers together, even if there are many requests for large folders at once. */
export class WalkBudget {
  readonly #limits: WalkLimits
  readonly #all: Used = { rows: 0, bytes: 0 }
  readonly #byDevice = new Map<string, Used & { shares: number }>()

  constructor(limits = LIMITS) {
    this.#limits = limits
  }

  /** `device`: the device that asked for the list; null for this device, which may use the whole budget. */
  share(device: string | null): WalkShare {
    const own: Used = { rows: 0, bytes: 0 }
    let ofDevice: Used | null = null
    return {
      take: (bytes) => {
        if (device !== null) ofDevice ??= this.#join(device)
        this.#check({ rows: 1, bytes }, ofDevice)
        for (const used of [own, this.#all, ofDevice]) add(used, { rows: 1, bytes })
      },
      [Symbol.dispose]: () => {
        const given = { rows: -own.rows, bytes: -own.bytes }
        for (const used of [this.#all, ofDevice, own]) add(used, given)
        if (device !== null && ofDevice) this.#leave(device)
        ofDevice = null
      },
    }
  }

  #check(more: Used, ofDevice: Used | null): void {
    for (const kind of ['rows', 'bytes'] as const) {
      const free = this.#limits[kind] - this.#all[kind] - more[kind]
      if (free < 0)
        throw new CoreError(
          'Unavailable',
          'too many files are being listed for other devices at once; try again when those transfers have ended, or ask for a smaller folder',
        )
      if (ofDevice && ofDevice[kind] + more[kind] > TIMES_FREE * free)
        throw new CoreError(
          'Unavailable',
          'too many files are being listed for this device at once; try again when other transfers have ended, or ask for a smaller folder',
        )
    }
  }

  #join(device: string): Used {
    const used = this.#byDevice.get(device) ?? { rows: 0, bytes: 0, shares: 0 }
    used.shares++
    this.#byDevice.set(device, used)
    return used
  }

  #leave(device: string): void {
    const used = this.#byDevice.get(device)
    if (used && --used.shares === 0) this.#byDevice.delete(device)
  }
}

function add(to: Used | null, { bytes, rows }: Used): void {
  if (!to) return
  to.rows += rows
  to.bytes += bytes
}
