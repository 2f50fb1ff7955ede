import { type UsageProblem, problemText } from './usage-problem.ts'

interface UsageErrorOptions {
  readonly suggestions?: readonly string[]
  readonly words?: readonly string[]
}

/** The command line was not understood; exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
  /** The problem that the parser found; null if a command found the mistake itself. */
  readonly problem: UsageProblem | null
  /** Probable corrections, ready to paste. */
  readonly suggestions: readonly string[]
  /** The command whose help says more; none: the program's. */
  readonly words: readonly string[]
  constructor(fault: string | UsageProblem, { suggestions = [], words = [] }: UsageErrorOptions = {}) {
    super(typeof fault === 'string' ? fault : problemText(fault))
    this.problem = typeof fault === 'string' ? null : fault
    this.suggestions = suggestions
    this.words = words
  }
}
