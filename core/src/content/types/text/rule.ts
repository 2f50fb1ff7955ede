/**
 * One way to tell a type by its text. Files are hostile: an expression here reads a text once, so no repetition may hold
 * another that can match the same characters.
 */
export interface TextRule {
  readonly id: string
  readonly test: RegExp
  /** Must be found too, anywhere. */
  readonly and?: RegExp
}

export function firstMatch(rules: readonly TextRule[], text: string): string | null {
  return rules.find((rule) => rule.test.test(text) && (rule.and?.test(text) ?? true))?.id ?? null
}
