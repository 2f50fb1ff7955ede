/** The languages in which a page is read. */
export interface LanguageChoice {
  /** Tried all at once; each makes reading slower. */
  readonly first: readonly string[]
  /** Tried one by one on pages that seem to be in none of the first. */
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

/**
 * Chooses from the installed languages: the wanted ones. If none of them is installed, the language of the system and
 * English come first; others follow as far as they cost little.
 */
export function chooseLanguages(
  installed: readonly string[],
  {
    locale = Intl.DateTimeFormat().resolvedOptions().locale,
    wanted = [],
  }: { locale?: string; wanted?: readonly string[] } = {},
): LanguageChoice {
  const chosen = wanted.filter((code) => installed.includes(code))
  if (chosen.length > 0) return { first: chosen, others: [] }
  const system = codes[new Intl.Locale(locale).language]
  const rank = (code: string) => (code === system ? 0 : code === ENGLISH ? 1 : 2)
  const ranked = installed.toSorted((a, b) => rank(a) - rank(b))
  if (ranked.length <= MAX_FIRST) return { first: ranked, others: [] }
  const usual = ranked.filter((code) => rank(code) < 2)
  const first = usual.length > 0 ? usual : ranked.slice(0, 1)
  return { first, others: ranked.filter((code) => !first.includes(code)) }
}
