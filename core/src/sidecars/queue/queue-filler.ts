import type { SidecarKind } from '../../domain/index.ts'
import type { KnownLocation } from '../../location/index.ts'
import type { Generator } from '../generators/index.ts'
import type { SidecarRows } from '../rows/sidecar-rows.ts'
import { outputsOf, wantedOutputs } from './policy.ts'
import type { TextIndexing } from './text-indexing.ts'
import type { WantedSidecarsDeps } from './wanted-sidecars.ts'

export interface QueueFillerDeps extends WantedSidecarsDeps {
  readonly rows: Pick<SidecarRows, 'queue'>
  readonly texts: TextIndexing
}

/** Selects the contents to queue. */
interface Selection {
  readonly generators: readonly Generator[]
  readonly locations: readonly KnownLocation[]
  /** Row ids; null for all contents. */
  readonly contents: readonly number[] | null
  readonly areViewed: boolean
}

/** Adds pending rows for sidecars that are missing. Starts no work. */
export class QueueFiller {
  readonly #deps: QueueFillerDeps

  constructor(deps: QueueFillerDeps) {
    this.#deps = deps
  }

  /** Queues the missing sidecars that the policy wants for a location. Returns the number of files to make. */
  async fillLocation(location: KnownLocation, signal: AbortSignal): Promise<number> {
    const { rows, texts } = this.#deps
    const { derived = [], direct = [] } = Object.groupBy(this.#deps.generators(), ({ inputs }) =>
      inputs ? 'derived' : 'direct',
    )
    let queued = await this.#fill(
      { generators: direct, locations: [location], contents: null, areViewed: false },
      signal,
    )
    // After a crash, texts may be missing in the search index, and the sidecars that are made from them may be missing
    // too.
    await texts.index({ check: false }, signal)
    for (const generator of derived) await rows.queue.requeueOutdated(generator, null)
    queued += await this.#fill({ generators: derived, locations: [location], contents: null, areViewed: false }, signal)
    return queued
  }

  /** Queues the sidecars that are made from new sidecars of the kind `from`. */
  async fillDerived(from: SidecarKind, contents: readonly number[], signal: AbortSignal): Promise<void> {
    const generators = this.#deps.generators().filter(({ inputs }) => inputs?.includes(from))
    for (const generator of generators) await this.#deps.rows.queue.requeueOutdated(generator, contents)
    await this.#fill({ generators, locations: this.#deps.locations().all(), contents, areViewed: false }, signal)
  }

  /**
   * Queues the missing sidecars of contents that a user is viewing. With `variants`, queues these whatever the policy
   * says.
   */
  async fillViewed(
    of: {
      readonly generator: Generator
      readonly contents: readonly number[]
      readonly variants: readonly string[] | undefined
    },
    signal: AbortSignal,
  ): Promise<void> {
    const { contents, generator, variants } = of
    const locations = this.#deps.locations().all()
    if (!variants)
      return void (await this.#fill({ generators: [generator], locations, contents, areViewed: true }, signal))
    const orders = [{ generator, outputs: outputsOf(generator, variants) }]
    const maxBytes = this.#deps.policy().maxFileBytes
    for (const location of locations) {
      const where = { location, except: [] }
      await this.#deps.rows.queue.enqueueMissing({ orders, where, maxBytes, contents, areViewed: true }, signal)
    }
  }

  async #fill({ areViewed, contents, generators, locations }: Selection, signal: AbortSignal): Promise<number> {
    const policy = this.#deps.policy()
    const reasons = await Promise.all(generators.map(async (generator) => generator.unavailable?.()))
    const able = generators.filter((_, i) => !reasons[i])
    let queued = 0
    for (const location of locations) {
      const orders = able.map((generator) => ({
        generator,
        outputs: wantedOutputs(generator, policy, location.policy),
      }))
      const where = { location, except: this.#deps.locations().below(location.path) }
      const wanted = { orders, where, maxBytes: policy.maxFileBytes, contents, areViewed }
      queued += await this.#deps.rows.queue.enqueueMissing(wanted, signal)
    }
    return queued
  }
}
