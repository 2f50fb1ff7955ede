/** The languages to try on a page. */
export interface LanguageChoice {
  /** Languages that are tried together; each one makes reading slower. */
  readonly first: readonly string[]
  /** Languages that are tried one by one, on pages that seem to be in none of `first`. */
  readonly others: readonly string[]
}

const MAX_FIRST = 3
const ENGLISH = 'eng'

/** Tesseract's codes for common system languages. */
const codes: Readonly<Record<string, string>> = {
  ar: 'ara',
  bg: 'bul',
  cs: 'ces',
  da: 'dan',
  de: 'deu',
  en: 'eng',
  el: 'ell',
  es: 'spa',
  et: 'est',
  fi: 'fin',
  fr: 'fra',
  he: 'heb',
  hi: 'hin',
  hr: 'hrv',
  hu: 'hun',
  id: 'ind',
  it: 'ita',
  ja: 'jpn',
  ko: 'kor',
  lt: 'lit',
  lv: 'lav',
  nb: 'nor',
  nl: 'nld',
  no: 'nor',
  pl: 'pol',
  pt: 'por',
  ro: 'ron',
  ru: 'rus',
  sk: 'slk',
  sl: 'slv',
  sr: 'srp',
  sv: 'swe',
  th: 'tha',
  tr: 'tur',
  uk: 'ukr',
  vi: 'vie',
  zh: 'chi_sim',
}

/** The languages, besides English, whose data is available as a package on the npm registry. */
export const PACKAGED_LANGUAGES: readonly string[] =
  'ara ces chi_sim chi_tra deu fra hin ita jpn kor nld pol por spa tur ukr'.split(' ')

/** Tesseract's codes for the languages of this system, without those for which Tesseract has no data. */
export function systemLanguages(
  locale = Intl.DateTimeFormat().resolvedOptions().locale,
  also = process.env['LANGUAGE'] ?? '',
): string[] {
  // `LANGUAGE` lists the languages that a user reads, in order of preference, such as `de_AT:de:en`.
  const locales = [...also.split(':').map((name) => name.split('.')[0]!.replace('_', '-')), locale]
  const found = locales.map((name) => codeOf(name)).filter((code) => code !== null)
  return [...new Set(found)]
}

/** Tesseract’s code for the language of a locale; null for an unknown one. */
function codeOf(locale: string): string | null {
  try {
    const { language, script } = new Intl.Locale(locale).maximize()
    return script === 'Hant' && language === 'zh' ? 'chi_tra' : (codes[language] ?? null)
  } catch {
    return null
  }
}

/**
 * Chooses from the installed languages. The wanted ones come first. If none of these is installed, the language of the
 * system, English and the languages that the user has added come first; others follow, as long as they cost little
 * time.
 */
export function chooseLanguages(
  installed: readonly string[],
  {
    added = [],
    locale = Intl.DateTimeFormat().resolvedOptions().locale,
    wanted = [],
  }: { added?: readonly string[]; locale?: string; wanted?: readonly string[] } = {},
): LanguageChoice {
  const chosen = wanted.filter((code) => installed.includes(code))
  if (chosen.length > 0) return { first: chosen, others: [] }
  const system = codeOf(locale)
  const rank = (code: string) => (code === system ? 0 : code === ENGLISH ? 1 : added.includes(code) ? 2 : 3)
  const ranked = installed.toSorted((a, b) => rank(a) - rank(b))
  if (ranked.length <= MAX_FIRST) return { first: ranked, others: [] }
  const usual = ranked.filter((code) => rank(code) < 3).slice(0, MAX_FIRST)
  const first = usual.length > 0 ? usual : ranked.slice(0, 1)
  return { first, others: ranked.filter((code) => !first.includes(code)) }
}

/** The English name of a language of Tesseract. */
export function languageName(code: string): string {
  const known = SCRIPTS[code]
  if (known !== undefined) return known
  return new Intl.DisplayNames('en', { type: 'language' }).of(code.split('_')[0]!) ?? code
}

/** Names of codes that denote a script as well as a language. */
const SCRIPTS: Readonly<Record<string, string>> = { chi_sim: 'simplified Chinese', chi_tra: 'traditional Chinese' }
