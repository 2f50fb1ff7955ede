import { type ContentId, GIVEN_UP, type SidecarKind, type SidecarPolicy } from '../../domain/index.ts'
import type { KnownLocation } from '../../location/index.ts'
import type { AvailableEngines } from '../generators/available-engines.ts'
import { type Outdated, regenerateAll, type RegenerateAll } from '../queue/outdated.ts'
import { changePolicy } from '../queue/policy.ts'
import type { Claims } from '../queue/claims.ts'
import type { QueueFiller } from '../queue/queue-filler.ts'
import { type UnavailableKind, unavailableKinds, type WantedSidecarsDeps } from '../queue/wanted-sidecars.ts'
import type { SidecarRows } from '../rows/sidecar-rows.ts'
import type { Holds, SidecarLimits } from '../run/holds.ts'
import type { MakeOnRequest } from '../run/make-on-request.ts'
import type { SidecarNews } from '../run/sidecar-news.ts'
import type { SidecarRunner } from '../run/sidecar-runner.ts'

export interface SidecarQueueDeps {
  readonly rows: SidecarRows
  readonly filler: QueueFiller
  readonly claims: Claims
  readonly runner: SidecarRunner
  readonly onRequest: MakeOnRequest
  readonly wanted: WantedSidecarsDeps
  readonly engines: AvailableEngines
  readonly holds: Holds
  readonly limits: () => SidecarLimits
  readonly news: SidecarNews
}

/** Selects sidecars of one content. */
interface OfContent {
  readonly kind?: SidecarKind | undefined
  readonly variant?: string | undefined
}

/** Queues sidecars, and starts the job that makes them. */
export class SidecarQueue {
  readonly #deps: SidecarQueueDeps

  constructor(deps: SidecarQueueDeps) {
    this.#deps = deps
  }

  /** Queues the missing sidecars that the policy wants for a location. Returns the number of files to make. */
  async fill(location: KnownLocation, signal: AbortSignal): Promise<number> {
    const queued = await this.#deps.filler.fillLocation(location, signal)
    await this.#deps.runner.startIfPending()
    return queued
  }

  /** Applies a changed policy: drops the pending sidecars of the old policy, and queues those of the new one. */
  async refill(signal: AbortSignal): Promise<number> {
    const { engines, holds, limits, rows, runner, wanted } = this.#deps
    holds.forget()
    engines.forget()
    await rows.queue.forgetQueued()
    // Sidecars were given up because of the quota. It may have changed, so there may be room for them again.
    await rows.queue.requeue({ code: GIVEN_UP })
    let queued = 0
    for (const location of wanted.locations().all()) queued += await this.fill(location, signal)
    // Even if no sidecars are pending, the existing ones may exceed the quota, and the job removes them.
    if (limits().quotaBytes > 0) await runner.start()
    return queued
  }

  /** Makes the sidecars of a content again: all, or one kind or variant. Returns the number of files to make. */
  async regenerate(contentId: ContentId, of: OfContent): Promise<number> {
    const { onRequest, rows, runner } = this.#deps
    const queued = await rows.queue.requeue({ contentId, ...of })
    this.#announce(queued, of.kind, contentId)
    await runner.startIfPending()
    await onRequest.begin(contentId, of.kind)
    return queued
  }

  /** Makes the sidecars of a whole library again: all of a kind, or only outdated ones; see `regenerateAll`. */
  async regenerateAll(of: RegenerateAll, signal: AbortSignal): Promise<Outdated[]> {
    const { engines, rows, runner, wanted } = this.#deps
    try {
      const batches = await regenerateAll(of, { rows, engines, generators: wanted.generators }, signal)
      if (!of.dryRun) for (const { files, kind } of batches) this.#announce(files, kind, undefined)
      return batches
    } finally {
      if (!of.dryRun) await runner.startIfPending()
    }
  }

  /** Retries failed sidecars. Returns the number of files to make. */
  async retry({
    contentId,
    kind,
  }: Omit<OfContent, 'variant'> & { contentId?: ContentId | undefined }): Promise<number> {
    const { onRequest, rows, runner } = this.#deps
    const queued = await rows.queue.requeue({ contentId, kind, state: 'failed' })
    this.#announce(queued, kind, contentId)
    await runner.startIfPending()
    if (contentId !== undefined) await onRequest.begin(contentId, kind)
    return queued
  }

  /**
   * Marks the pending sidecars of a content as cancelled, which counts as failed: only a retry makes them. Sidecars
   * that are being made continue. Returns the number of cancelled files.
   */
  async cancel(contentId: ContentId, { kind: only }: Pick<OfContent, 'kind'>): Promise<number> {
    const { claims, rows, wanted } = this.#deps
    const contentRowId = await rows.queue.contentRow(contentId)
    const kinds = only === undefined ? wanted.generators().map(({ kind }) => kind) : [only]
    let cancelled = 0
    for (const kind of kinds) {
      if (!claims.take(kind, contentRowId)) continue
      try {
        const files = await rows.queue.cancel(contentRowId, kind)
        if (files > 0) this.#deps.news.tell(kind, 'failed', [contentId])
        cancelled += files
      } finally {
        claims.release(kind, contentRowId)
      }
    }
    return cancelled
  }

  /** The policy of a location after some more choices; see `changePolicy`. */
  changedPolicy(before: SidecarPolicy, choices: readonly string[]): SidecarPolicy {
    return changePolicy(before, choices, this.#deps.wanted.generators())
  }

  /** The kinds that some location wants, but that cannot be made now. */
  unavailable(): Promise<UnavailableKind[]> {
    return unavailableKinds(this.#deps.wanted)
  }

  /**
   * Reports pending sidecars. `contentId` is omitted if there are too many contents to name; `kind` is omitted if all
   * kinds are meant.
   */
  #announce(files: number, kind: SidecarKind | undefined, contentId: ContentId | undefined): void {
    if (files === 0) return
    const { news, wanted } = this.#deps
    const kinds = kind === undefined ? wanted.generators().map((generator) => generator.kind) : [kind]
    for (const each of kinds) news.tell(each, 'pending', contentId === undefined ? null : [contentId])
  }
}
