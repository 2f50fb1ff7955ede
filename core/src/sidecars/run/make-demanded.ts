import type { Claims } from './claims.ts'
import type { Generator } from '../generators/index.ts'
import { makeContent, type MakeContentDeps, recordContents } from './make-content.ts'

export interface MakeDemandedDeps {
  /** Returns the dependencies with the current settings. */
  readonly deps: () => MakeContentDeps
  readonly claims: Claims
  /** Called before anything is written. */
  readonly begin: () => Promise<void>
}

/** Limit of contents made on request at once. The job makes the rest. */
const MAX_DEMANDED = 1_000

/** Makes sidecars on request, before all pending ones, whether the job runs, is held or is paused. */
export class MakeDemanded implements AsyncDisposable {
  readonly #of: MakeDemandedDeps
  readonly #running = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(of: MakeDemandedDeps) {
    this.#of = of
  }

  /** The number of contents being made now. */
  get size(): number {
    return this.#running.size
  }

  /** Resolves when the sidecar is made or has failed, or when the limit is reached. Rejects like `makeSidecars`. */
  async make(generator: Generator, contentRowId: number, { ownOnly = false } = {}): Promise<void> {
    if (this.#running.size >= MAX_DEMANDED || this.#closing.signal.aborted) return
    const run = this.#make(generator, contentRowId, ownOnly)
    this.#running.add(run)
    try {
      await run
    } finally {
      this.#running.delete(run)
    }
  }

  async #make(generator: Generator, contentRowId: number, ownOnly: boolean): Promise<void> {
    const { begin, claims } = this.#of
    const deps = this.#of.deps()
    const { signal } = this.#closing
    while (!claims.take(generator.kind, contentRowId)) {
      await claims.free(generator.kind, contentRowId)
      signal.throwIfAborted()
    }
    try {
      await begin()
      const content = await deps.rows.work.waiting(generator.kind, contentRowId)
      const made = content && (await makeContent(generator, content, deps, { signal, urgent: true, ownOnly }))
      if (made) await recordContents(generator, [made.outcomes], deps)
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
