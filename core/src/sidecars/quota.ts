import type { SidecarKind } from '../domain/index.ts'
import type { Generator } from './generators/index.ts'
import type { Hold } from './holds.ts'
import type { SidecarRows } from './rows/sidecar-rows.ts'
import type { SidecarSort } from './rows/upkeep-rows.ts'
import type { Outcomes } from './rows/work-rows.ts'
import { removeFiles } from './sidecar-audit.ts'

export interface QuotaDeps {
  readonly rows: SidecarRows
  /** The library's folder of sidecars. */
  readonly root: string
  readonly generators: readonly Generator[]
  /** Bytes that all sidecars may take; 0: as many as there is room for. */
  readonly quotaBytes: number
  /** What some location asks for. */
  readonly wanted: readonly SidecarSort[]
}

/** Nothing more is made from this share of the quota on, so that what is at work at that moment stays below it. */
const FULL_SHARE = 0.95
/** Rows given up in one turn. */
const ROWS_PER_TURN = 128

/**
 * Keeps all sidecars of a library below so many bytes. The least needed goes first: what belongs to no file any more,
 * variants that no policy asks for, then the least wanted kind, of which the largest. What refers to a file of somebody's
 * own is never touched. What was given up says so, and is made again when somebody asks for it or the quota is another.
 */
export class Quota {
  readonly #deps: QuotaDeps
  /** The least wanted first. */
  readonly #kinds: readonly SidecarKind[]
  /** Bytes; null before they are counted. */
  #used: number | null = null
  /** Those who want room take turns. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(deps: QuotaDeps) {
    this.#deps = deps
    this.#kinds = deps.generators.toSorted((a, b) => a.priority - b.priority).map(({ kind }) => kind)
  }

  /** Gives up what is above the quota. */
  async keep(): Promise<void> {
    const { quotaBytes, rows } = this.#deps
    if (quotaBytes === 0) return
    this.#used = await rows.upkeep.usedBytes()
    await this.#giveUp(this.#kinds, quotaBytes)
  }

  /** What was made since it was counted. */
  add(made: readonly Outcomes[]): void {
    if (this.#used === null) return
    for (const outcome of made.flatMap(({ outcomes }) => outcomes))
      if (outcome.state === 'ready') this.#used += outcome.size
  }

  /** Whether more of a kind may be made: null, where need be after less needed kinds have made room. */
  roomFor({ kind }: Pick<Generator, 'kind'>): Promise<Hold | null> {
    const { quotaBytes } = this.#deps
    const full = quotaBytes * FULL_SHARE
    if (quotaBytes === 0 || (this.#used ?? 0) < full) return Promise.resolve(null)
    const found = this.#turn.then(async () => {
      await this.#giveUp(this.#kinds.slice(0, this.#kinds.indexOf(kind)), full)
      const reason = `sidecars have used up the ${Math.floor(quotaBytes / 1_048_576)} MiB they may take (sidecars.quotaBytes)`
      return this.#used! < full ? null : ({ code: 'Unavailable', cause: 'quota', passes: false, reason } as const)
    })
    this.#turn = found.catch(() => {})
    return found
  }

  /** Until no more than so many bytes are used, or nothing of these kinds is left, nor what nobody asks for. */
  async #giveUp(kinds: readonly SidecarKind[], bytes: number): Promise<void> {
    const { quotaBytes, root, rows, wanted } = this.#deps
    while (this.#used! > bytes) {
      const found = await rows.upkeep.leastNeeded({ kinds, wanted, limit: ROWS_PER_TURN })
      let freed = 0
      const over = this.#used! - bytes
      const given = found.filter(({ size }) => {
        const goes = freed < over
        if (goes) freed += size
        return goes
      })
      if (given.length === 0) return
      // Rows first: one that is not ready promises no file, and a file without a row is found by the next look.
      await rows.upkeep.giveUp(
        given.map(({ id }) => id),
        `given up: all sidecars may take ${Math.floor(quotaBytes / 1_048_576)} MiB (sidecars.quotaBytes)`,
      )
      await removeFiles(root, given)
      this.#used! -= freed
    }
  }
}
