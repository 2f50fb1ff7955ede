import type { DetectedEngine, Generator } from './generators/index.ts'

/** How long it is not asked again which engines are there: programs are started for it. */
const HOLDS_MS = 60_000

/** Which engines are there for each generator, asked now and then. */
export class EngineCensus {
  readonly #found = new Map<string, { readonly at: number; readonly engines: Promise<readonly DetectedEngine[]> }>()

  of({ detect, kind }: Generator): Promise<readonly DetectedEngine[]> {
    const last = this.#found.get(kind)
    if (last && performance.now() - last.at < HOLDS_MS) return last.engines
    const engines = detect?.() ?? Promise.resolve([])
    this.#found.set(kind, { at: performance.now(), engines })
    // One that could not be asked is asked again.
    engines.catch(() => this.#found.delete(kind))
    return engines
  }

  /** Somebody wants to know it as it is now. */
  forget(): void {
    this.#found.clear()
  }
}
