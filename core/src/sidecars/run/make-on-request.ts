import type { ContentId, SidecarKind } from '../../domain/index.ts'
import type { LibraryStore } from '../../store/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { DraftSweep } from '../files/drafts.ts'
import type { Generator } from '../generators/index.ts'
import { contentRow } from '../rows/row.ts'
import type { Holds } from './holds.ts'
import { makeContent, type MakeContentDeps, recordContents } from './make-content.ts'
import type { SidecarRunner } from './sidecar-runner.ts'

export interface MakeOnRequestDeps {
  readonly making: MakeContentDeps
  readonly holds: Holds
  readonly drafts: DraftSweep
  readonly runner: SidecarRunner
  readonly store: LibraryStore
  readonly log: Logger
}

/** Limit on contents made on request at once. The job makes the rest. */
const MAX_REQUESTED = 1_000

/** Makes sidecars on request, before all pending ones, even if the job is on hold or paused. */
export class MakeOnRequest implements AsyncDisposable {
  readonly #deps: MakeOnRequestDeps
  readonly #running = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(deps: MakeOnRequestDeps) {
    this.#deps = deps
  }

  /** Makes the pending sidecars of a content in the background: of one kind, or of all. */
  async begin(contentId: ContentId, kind?: SidecarKind): Promise<void> {
    const { holds, log, making, runner, store } = this.#deps
    if (await holds.ofAll()) return
    const contentRowId = await contentRow(store, contentId)
    for (const generator of making.generators()) {
      if (kind !== undefined && generator.kind !== kind) continue
      this.#run(generator, contentRowId, false).catch(async (err: unknown) => {
        if (this.#closing.signal.aborted) return
        const code = err instanceof CoreError ? err.code : 'Internal'
        const about = { contentId, kind: generator.kind, code, err: errorMessage(err) }
        log.warn(about, 'a requested sidecar was not made')
        // The error is not about this content, so the job tries again later.
        await runner.startIfPending().catch(() => {})
      })
    }
  }

  /**
   * Makes the pending sidecars of one kind of a content. Resolves when they are made or have failed. Throws the reason
   * if no sidecars can be made now, and rejects like `makeSidecars`. `ownOnly`: sidecars of other devices are ignored.
   */
  async make(generator: Generator, contentRowId: number, { ownOnly = false } = {}): Promise<void> {
    const hold = await this.#deps.holds.ofAll()
    if (hold) throw new CoreError(hold.code, hold.reason)
    await this.#run(generator, contentRowId, ownOnly)
  }

  async #run(generator: Generator, contentRowId: number, ownOnly: boolean): Promise<void> {
    if (this.#running.size >= MAX_REQUESTED || this.#closing.signal.aborted) return
    const run = this.#make(generator, contentRowId, ownOnly)
    this.#running.add(run)
    try {
      await run
    } finally {
      this.#running.delete(run)
    }
  }

  async #make(generator: Generator, contentRowId: number, ownOnly: boolean): Promise<void> {
    const { drafts, making } = this.#deps
    const { claims, rows } = making
    const { signal } = this.#closing
    while (!claims.take(generator.kind, contentRowId)) {
      await claims.free(generator.kind, contentRowId)
      signal.throwIfAborted()
    }
    try {
      await drafts.sweep()
      const content = await rows.work.waiting(generator.kind, contentRowId)
      const made = content && (await makeContent(generator, content, making, { signal, urgent: true, ownOnly }))
      if (made) await recordContents(generator, [made.outcomes], making)
    } finally {
      claims.release(generator.kind, contentRowId)
    }
  }

  /** Aborts the running requests; their sidecars become pending again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#running)
  }
}
