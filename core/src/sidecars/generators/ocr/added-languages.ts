import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The languages for text in pictures that the user has added. Plain data, because it is sent to processes. */
export interface AddedLanguages {
  /** The folder with the data of the languages; empty if no languages were added. */
  readonly folder: string
  /** Their codes, sorted. */
  readonly codes: readonly string[]
}

export const NO_LANGUAGES: AddedLanguages = { folder: '', codes: [] }

/** A code as Tesseract names a language: `deu`, `chi_sim`. */
export const LANGUAGE_CODE = /^[a-z]{3}(_[a-z]+)*$/i

const ENDING = '.traineddata'

/** The file with the data of a language. */
export function languageFile(folder: string, code: string): string {
  return join(folder, code + ENDING)
}

/** The languages in a folder, which may be missing. */
export function languagesIn(folder: string): AddedLanguages {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return NO_LANGUAGES
  }
  const codes = names
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .filter((code) => LANGUAGE_CODE.test(code))
  return codes.length === 0 ? NO_LANGUAGES : { folder, codes: codes.toSorted() }
}
