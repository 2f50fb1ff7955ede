/** Adds texts to the search index. Runs take turns, so that no text is indexed twice. */
export class TextIndexing {
  readonly #run: (check: boolean, signal: AbortSignal) => Promise<void>
  /** The latest run. */
  #last: Promise<void> = Promise.resolve()

  constructor(run: (check: boolean, signal: AbortSignal) => Promise<void>) {
    this.#run = run
  }

  /** Indexes new texts. With `check`, also looks for texts that are missing in the index although they were indexed. */
  index({ check }: { readonly check: boolean }, signal: AbortSignal): Promise<void> {
    const run = this.#last.then(() => this.#run(check, signal))
    this.#last = run.catch(() => {})
    return run
  }
}
