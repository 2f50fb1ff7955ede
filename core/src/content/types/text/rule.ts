/**
 * One rule to recognise a type from its text. Files may be hostile: an expression must read a text only once, so no
 * repetition may contain another repetition that can match the same characters.
 */
export interface TextRule {
  readonly id: string
  readonly test: RegExp
  /** This must match too, anywhere in the text. */
  readonly and?: RegExp
}

export function firstMatch(rules: readonly TextRule[], text: string): string | null {
  return rules.find((rule) => rule.test.test(text) && (rule.and?.test(text) ?? true))?.id ?? null
}
