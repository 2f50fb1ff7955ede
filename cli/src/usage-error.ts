/** The command line was not understood; exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
  /** What the person probably wants to type instead, ready to paste. */
  readonly suggestions: readonly string[]
  constructor(message: string, suggestions: readonly string[] = []) {
    super(message)
    this.suggestions = suggestions
  }
}
