import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { LanguageData } from './tesseract-thread.ts'

/** The packages have two versions of the data. This one is equally good and a quarter of the size. */
const SORT = '4.0.0_best_int'

const require = createRequire(import.meta.url)
/** Each language is a package beside that of English, which is always installed. */
const FOLDER = dirname(dirname(require.resolve('@tesseract.js-data/eng/package.json')))

/** The codes of the installed languages. */
export function embeddedLanguages(): string[] {
  return readdirSync(FOLDER).filter((name) => /^[a-z]{3}[a-z_]*$/.test(name))
}

export async function loadLanguage(code: string): Promise<LanguageData> {
  return { code, data: await readFile(join(FOLDER, code, SORT, `${code}.traineddata.gz`)) }
}
