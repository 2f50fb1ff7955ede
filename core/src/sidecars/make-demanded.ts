import type { Claims } from './claims.ts'
import type { Generator } from './generators/index.ts'
import { makeContent, type MakeContentDeps, recordContents } from './make-content.ts'

export interface MakeDemandedDeps {
  /** As it all is configured now. */
  readonly deps: () => MakeContentDeps
  readonly claims: Claims
  /** Before anything is written. */
  readonly begin: () => Promise<void>
}

/** Made at once at most. Who asks for more looks at them one after the other: the job makes the rest. */
const MAX_DEMANDED = 1_000

/** Makes what a person asks for before all that waits, whether the job runs, is held, or is paused. */
export class MakeDemanded implements AsyncDisposable {
  readonly #of: MakeDemandedDeps
  readonly #running = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(of: MakeDemandedDeps) {
    this.#of = of
  }

  /** How many are made now. */
  get size(): number {
    return this.#running.size
  }

  /** Resolves when it is made, or is known not to be, or there is too much of it. Rejects as `makeSidecars`. */
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

  /** Ends what is being made; it waits again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#running)
  }
}
