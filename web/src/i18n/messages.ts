import { usePreferences } from '../app/preferences.ts'

export const locales = ['en', 'de'] as const
export type Locale = (typeof locales)[number]

type Message = string | ((...values: never[]) => string)
interface Catalog {
  readonly [key: string]: Message | Catalog
}

/** The same keys, taking the same values. */
type Translated<T> = {
  readonly [K in keyof T]: T[K] extends (...values: infer V) => string
    ? (...values: V) => string
    : T[K] extends string
      ? string
      : Translated<T[K]>
}

/** What a feature says, in every language; a missing message does not compile. */
export interface Messages<T> {
  readonly en: T
  readonly de: Translated<T>
}

export function defineMessages<T extends Catalog>(messages: Messages<T>): Messages<T> {
  return messages
}

/** The language chosen in the settings, or else the first of the browser's that there is. */
export function useLocale(): Locale {
  const chosen = usePreferences((preferences) => preferences.locale)
  return chosen ?? browserLocale()
}

/** The messages of a feature in the language of the page. */
export function useMessages<T>(messages: Messages<T>): Translated<T> {
  return messages[useLocale()] as Translated<T>
}

/** Every component asks for it, so it is kept until the user changes the languages of the browser. */
let known: Locale | null = null
globalThis.addEventListener?.('languagechange', () => (known = null))

function browserLocale(): Locale {
  known ??= firstOf(navigator.languages)
  return known
}

function firstOf(languages: readonly string[]): Locale {
  for (const language of languages) {
    const locale = locales.find((each) => language.split('-')[0] === each)
    if (locale) return locale
  }
  return 'en'
}
