import type { HoldCause, SidecarKind, SidecarSpeed } from '../../domain/index.ts'
import type { ErrorCode } from '../../util/errors.ts'
import type { Machine } from '../../util/machine.ts'
import type { Generator } from '../generators/index.ts'

/** A reason why pending sidecars are not made now. */
export interface Hold {
  readonly code: ErrorCode
  readonly cause: HoldCause
  /** One line: the cause, and the remedy. */
  readonly reason: string
  /** Whether the hold ends by itself, without a change of settings. */
  readonly passes: boolean
}

/** A kind of which no sidecars are made now, with the reason. */
export interface HeldKind extends Hold {
  readonly kind: SidecarKind
}

/** The share of the machine's resources that sidecars may use. */
export interface SidecarLimits {
  readonly speed: SidecarSpeed
  /** Bytes that all sidecars of a library may use; 0 for no limit. */
  readonly quotaBytes: number
  /** Bytes of the disk to leave free for other programs; 0 for none. */
  readonly keepFreeBytes: number
}

export interface HoldsDeps {
  readonly machine: Machine
  /** The library's folder of sidecars. */
  readonly root: string
  readonly limits: () => SidecarLimits
  /** `working` is the number of Spacedrive's own processes that are working now. */
  readonly pools: { readonly working: number }
  readonly cores: number
}

/** A user sees kinds with at least this priority first in a folder. Neither a battery nor load delays them. */
const SEEN_AT_ONCE = 100
/** A machine counts as busy if other programs cause at least this load per core. */
export const BUSY_LOAD = 1

/** Decides which sidecars the machine allows now. Sidecars on request are always allowed, except on a full disk. */
export class Holds {
  readonly #deps: HoldsDeps
  #askedAt = -Infinity
  #asked: Promise<{ full: Hold | null; busy: Hold | null }> | null = null

  constructor(deps: HoldsDeps) {
    this.#deps = deps
  }

  /** Why a generator must not make sidecars now; null if it may. */
  async of({ priority }: Pick<Generator, 'priority'>): Promise<Hold | null> {
    const { full, busy } = await this.#now()
    return full ?? (priority < SEEN_AT_ONCE ? busy : null)
  }

  /** Why no sidecars can be made at all, not even on request; null if they can. */
  async ofAll(): Promise<Hold | null> {
    return (await this.#now()).full
  }

  /** Empties the cache, because a setting has changed. */
  forget(): void {
    this.#asked = null
  }

  #now() {
    const now = performance.now()
    if (this.#asked && now - this.#askedAt < this.#deps.machine.answersHoldMs) return this.#asked
    this.#askedAt = now
    this.#asked = this.#ask()
    return this.#asked
  }

  async #ask() {
    const [full, busy] = await Promise.all([this.#full(), this.#busy()])
    return { full, busy }
  }

  async #full(): Promise<Hold | null> {
    const { limits, machine, root } = this.#deps
    const kept = limits().keepFreeBytes
    const free = kept === 0 ? null : await machine.freeBytes(root)
    if (free === null || free >= kept) return null
    const reason = `the disk of the library has only ${mebibytes(free)} free; sidecars wait until ${mebibytes(kept)} are free (sidecars.keepFreeBytes)`
    return { code: 'DiskFull', cause: 'disk', reason, passes: true }
  }

  async #busy(): Promise<Hold | null> {
    const { cores, limits, machine, pools } = this.#deps
    const { speed } = limits()
    if (speed === 'fast') return null
    if (await machine.isOnBattery())
      return {
        code: 'Unavailable',
        cause: 'battery',
        passes: true,
        reason: 'it waits while the machine runs on its battery (sidecars.speed: fast does not wait)',
      }
    if (speed === 'gentle' && machine.load() - pools.working / cores >= BUSY_LOAD)
      return {
        code: 'Unavailable',
        cause: 'busy',
        passes: true,
        reason: 'it waits while other programs keep the machine busy (sidecars.speed: normal does not wait)',
      }
    return null
  }
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1_048_576)} MiB`
}
