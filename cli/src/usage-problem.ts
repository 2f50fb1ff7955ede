/** The reason why a command line cannot be understood. A flag is named with its dashes, an argument without. */
export type UsageProblem =
  | { readonly kind: 'unknown-command'; readonly typed: string }
  | { readonly kind: 'unknown-flag'; readonly flag: string }
  | { readonly kind: 'missing-value'; readonly flag: string; readonly choices: readonly string[] }
  /** The next word is a flag itself: either the value is missing, or the value looks like a flag. */
  | { readonly kind: 'ambiguous-value'; readonly flag: string; readonly value: string }
  | { readonly kind: 'unwanted-value'; readonly flag: string; readonly value: string }
  | {
      readonly kind: 'invalid-choice'
      readonly name: string
      readonly value: string
      readonly choices: readonly string[]
    }
  | { readonly kind: 'invalid-number'; readonly name: string; readonly value: string }
  | { readonly kind: 'invalid-boolean'; readonly name: string; readonly value: string }
  | { readonly kind: 'invalid-json'; readonly name: string; readonly reason: string }
  | { readonly kind: 'missing-argument'; readonly name: string; readonly summary: string }
  | { readonly kind: 'excess-arguments'; readonly values: readonly string[] }

/** The problem as a person reads it after `error: `. */
export function problemText(problem: UsageProblem): string {
  switch (problem.kind) {
    case 'unknown-command':
      return `there is no command "${problem.typed}"`
    case 'unknown-flag':
      return `unknown option "${problem.flag}"`
    case 'missing-value':
      return `${problem.flag} needs a value${problem.choices.length > 0 ? `: one of ${problem.choices.join(', ')}` : ''}`
    case 'ambiguous-value':
      return `${problem.flag} needs a value, and ${problem.value} is an option; \`${problem.flag}=${problem.value}\` takes it as the value`
    case 'unwanted-value':
      return `${problem.flag} takes no value, not "${problem.value}"`
    case 'invalid-choice':
      return `${problem.name} cannot be "${problem.value}"; it is one of ${problem.choices.join(', ')}`
    case 'invalid-number':
      return `${problem.name} cannot be "${problem.value}"; it is a number`
    case 'invalid-boolean':
      return `${problem.name} cannot be "${problem.value}"; it is true or false`
    case 'invalid-json':
      return `${problem.name} cannot be read as JSON: ${problem.reason}`
    case 'missing-argument':
      return `missing required argument "${problem.name}"${problem.summary ? `: ${problem.summary}` : ''}`
    case 'excess-arguments':
      return `unexpected ${problem.values.map((value) => JSON.stringify(value)).join(' ')}`
  }
}
