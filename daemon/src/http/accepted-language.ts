/** The languages of the pages the daemon writes itself. */
const languages = ['en', 'de'] as const
export type PageLanguage = (typeof languages)[number]

/** The one of them that a browser wants most by its `Accept-Language`, of equals the first; English where it wants none. */
export function acceptedLanguage(header: string | undefined): PageLanguage {
  let best: { language: PageLanguage; quality: number } = { language: 'en', quality: 0 }
  for (const part of (header ?? '').split(',')) {
    const [tag = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase())
    const language = languages.find((each) => each === tag.split('-')[0])
    const quality = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1)
    if (language && quality > best.quality) best = { language, quality }
  }
  return best.language
}
