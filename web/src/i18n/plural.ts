import type { Locale } from './messages.ts'

/** The plural category of a whole number. The rules of the browser take milliseconds to load. */
const categories: Readonly<Record<Locale, (count: number) => Intl.LDMLPluralRule>> = {
  en: (count) => (count === 1 ? 'one' : 'other'),
  de: (count) => (count === 1 ? 'one' : 'other'),
}
const numbers = new Map<Locale, Intl.NumberFormat>()

/** `forms` of a language for its plural categories, `#` standing for the number: `plural('en', 2, { one: '# file', other: '# files' })`. */
export function plural(
  locale: Locale,
  count: number,
  forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string },
): string {
  return (forms[categories[locale](count)] ?? forms.other).replace('#', numbersOf(locale).format(count))
}

/** Made once for each language, because that takes long. */
function numbersOf(locale: Locale): Intl.NumberFormat {
  const known = numbers.get(locale) ?? new Intl.NumberFormat(locale)
  numbers.set(locale, known)
  return known
}
