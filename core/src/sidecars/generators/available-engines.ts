import type { DetectedEngine, Generator } from './index.ts'

/** How long the list of engines is cached, in milliseconds. Finding engines means starting programs. */
const HOLDS_MS = 60_000

/** The available engines of each generator, cached for a minute. */
export class AvailableEngines {
  readonly #found = new Map<string, { readonly at: number; readonly engines: Promise<readonly DetectedEngine[]> }>()

  of({ detect, kind }: Generator): Promise<readonly DetectedEngine[]> {
    const last = this.#found.get(kind)
    if (last && performance.now() - last.at < HOLDS_MS) return last.engines
    const engines = detect?.() ?? Promise.resolve([])
    this.#found.set(kind, { at: performance.now(), engines })
    // A failed search is repeated at the next call.
    engines.catch(() => this.#found.delete(kind))
    return engines
  }

  /** Empties the cache, for callers that need the current engines. */
  forget(): void {
    this.#found.clear()
  }
}
