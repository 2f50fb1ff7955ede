interface UsageErrorOptions {
  readonly suggestions?: readonly string[]
  readonly words?: readonly string[]
}

/** The command line was not understood; exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
  /** What the person probably wants to type instead, ready to paste. */
  readonly suggestions: readonly string[]
  /** The command whose help says more; none: the program's. */
  readonly words: readonly string[]
  constructor(message: string, { suggestions = [], words = [] }: UsageErrorOptions = {}) {
    super(message)
    this.suggestions = suggestions
    this.words = words
  }
}
