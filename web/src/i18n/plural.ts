interface Language {
  readonly rules: Intl.PluralRules
  readonly numbers: Intl.NumberFormat
}

const languages = new Map<string, Language>()

/** `forms` of a language for its plural categories, `#` standing for the number: `plural('en', 2, { one: '# file', other: '# files' })`. */
export function plural(
  locale: string,
  count: number,
  forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string },
): string {
  const { numbers, rules } = languageOf(locale)
  return (forms[rules.select(count)] ?? forms.other).replace('#', numbers.format(count))
}

/** Made once for each language: that is dear. */
function languageOf(locale: string): Language {
  const known = languages.get(locale)
  if (known) return known
  const made = { rules: new Intl.PluralRules(locale), numbers: new Intl.NumberFormat(locale) }
  languages.set(locale, made)
  return made
}
