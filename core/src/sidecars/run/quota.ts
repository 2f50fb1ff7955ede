import type { SidecarKind } from '../../domain/index.ts'
import type { Generator } from '../generators/index.ts'
import type { Hold } from './holds.ts'
import type { SidecarRows } from '../rows/sidecar-rows.ts'
import type { SidecarSort } from '../rows/upkeep-rows.ts'
import type { Outcomes } from '../rows/work-rows.ts'
import { removeFiles } from '../files/remove-files.ts'

export interface QuotaDeps {
  readonly rows: SidecarRows
  /** The library's folder of sidecars. */
  readonly root: string
  readonly generators: readonly Generator[]
  /** Bytes that all sidecars together may use; 0 for no limit. */
  readonly quotaBytes: number
  /** The variants that a location's policy wants. */
  readonly wanted: readonly SidecarSort[]
}

/** When this share of the quota is used, no more sidecars are made, so that sidecars that are being made still fit. */
const FULL_SHARE = 0.95
/** Rows deleted in one turn. */
const ROWS_PER_TURN = 128

/**
 * Keeps the sidecars of a library within a number of bytes. It deletes the least needed first: sidecars of contents
 * without files, then variants that no policy wants, then kind by kind from the least wanted, the largest first.
 * References to the user's files are never deleted. Deleted sidecars are marked, and are made again only on request or
 * when the quota changes.
 */
export class Quota {
  readonly #deps: QuotaDeps
  /** The least wanted kinds first. */
  readonly #kinds: readonly SidecarKind[]
  /** Bytes used by all sidecars; null until they are counted. */
  #used: number | null = null
  /** Makes calls of `roomFor` take turns. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(deps: QuotaDeps) {
    this.#deps = deps
    this.#kinds = deps.generators.toSorted((a, b) => a.priority - b.priority).map(({ kind }) => kind)
  }

  /** Deletes sidecars until the quota is met. */
  async keep(): Promise<void> {
    const { quotaBytes, rows } = this.#deps
    if (quotaBytes === 0) return
    this.#used = await rows.upkeep.usedBytes()
    await this.#giveUp(this.#kinds, quotaBytes)
  }

  /** Adds new sidecars to the count. */
  add(made: readonly Outcomes[]): void {
    if (this.#used === null) return
    for (const outcome of made.flatMap(({ outcomes }) => outcomes))
      if (outcome.state === 'ready') this.#used += outcome.size
  }

  /**
   * Whether more sidecars of a kind may be made. If necessary, first deletes less needed kinds. Returns null if there
   * is room.
   */
  roomFor({ kind }: Pick<Generator, 'kind'>): Promise<Hold | null> {
    const { quotaBytes } = this.#deps
    const full = quotaBytes * FULL_SHARE
    if (quotaBytes === 0 || (this.#used ?? 0) < full) return Promise.resolve(null)
    const found = this.#turn.then(async () => {
      await this.#giveUp(this.#kinds.slice(0, this.#kinds.indexOf(kind)), full)
      const reason = `sidecars have used up their quota of ${Math.floor(quotaBytes / 1_048_576)} MiB (sidecars.quotaBytes)`
      return this.#used! < full ? null : ({ code: 'Unavailable', cause: 'quota', passes: false, reason } as const)
    })
    this.#turn = found.catch(() => {})
    return found
  }

  /**
   * Deletes sidecars until at most `bytes` are used, or until no sidecars of these kinds and no unwanted ones are left.
   */
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
      // Update rows first: a ready row must have its file. If files remain without rows, `reconcile` finds them.
      await rows.upkeep.giveUp(
        given.map(({ id }) => id),
        `given up: all sidecars may take ${Math.floor(quotaBytes / 1_048_576)} MiB (sidecars.quotaBytes)`,
      )
      await removeFiles(root, given)
      this.#used! -= freed
    }
  }
}
