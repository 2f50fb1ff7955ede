import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type AddedLanguages, languageFile } from '../added-languages.ts'
import type { LanguageData } from './tesseract-thread.ts'

/** The packages have two versions of the data. This one is equally good and a quarter of the size. */
const SORT = '4.0.0_best_int'

const require = createRequire(import.meta.url)
/**
 * The folder of the language packages. The package of English is always installed, so its place tells where the others
 * are.
 */
const FOLDER = dirname(dirname(require.resolve('@tesseract.js-data/eng/package.json')))

/** The codes of the languages that are installed with this program. */
export function embeddedLanguages(): string[] {
  return readdirSync(FOLDER).filter((name) => /^[a-z]{3}[a-z_]*$/.test(name))
}

/** Reads the data of a language. Data that the user has added takes precedence. */
export async function loadLanguage(code: string, added: AddedLanguages): Promise<LanguageData> {
  const file = added.codes.includes(code)
    ? languageFile(added.folder, code)
    : join(FOLDER, code, SORT, `${code}.traineddata.gz`)
  return { code, data: await readFile(file) }
}
