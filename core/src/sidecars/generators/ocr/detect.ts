import { detectPackage, detectProgram } from '../engines.ts'
import type { DetectedEngine } from '../generator.ts'
import { type AddedLanguages, NO_LANGUAGES } from './added-languages.ts'
import { embeddedLanguages } from './engines/embedded-languages.ts'
import { findTesseract } from './engines/tesseract-program.ts'
import { languageName, systemLanguages } from './languages.ts'

const job = 'ocr'
const gives = 'text in pictures'
const licence = 'Apache-2.0'

/**
 * The engines for text in pictures, and their languages. The installed `tesseract` program is preferred to the
 * embedded engine.
 */
export async function detectOcrEngines(added: AddedLanguages = NO_LANGUAGES): Promise<DetectedEngine[]> {
  const [program, embedded] = await Promise.all([
    detectTesseract(added),
    detectPackage({ job, gives, licence, name: 'tesseract.js', size: 47_000_000, package: 'tesseract.js' }),
  ])
  return [program.engine, embedded, ...languageEntries(program.languages, added)]
}

async function detectTesseract(
  added: AddedLanguages,
): Promise<{ engine: DetectedEngine; languages: readonly string[] }> {
  const how = 'install Tesseract, twice as fast: apt install tesseract-ocr, brew install tesseract'
  const args = ['--version']
  const of = { job, gives, licence, how, args, name: 'tesseract', size: 30_000_000, program: 'tesseract' } as const
  const found = await detectProgram(of)
  if (found.state === 'missing') return { engine: found, languages: [] }
  await using engine = await findTesseract(added)
  if (!engine)
    return { engine: { ...found, state: 'missing', how: `${found.how} has no data of any language` }, languages: [] }
  return {
    engine: {
      ...found,
      replaces: ['tesseract.js'],
      version: engine.version,
      how: `${found.how}, languages ${engine.languages.join(', ')}`,
    },
    languages: engine.languages,
  }
}

/** Approximate size of the data of a language. Real sizes are between 1 and 6 MB. */
const LANGUAGE_BYTES = 3_000_000

/** An entry for each language that can be read, and for each language of this system that cannot. */
function languageEntries(ofProgram: readonly string[], added: AddedLanguages): DetectedEngine[] {
  const embedded = embeddedLanguages()
  const wanted = systemLanguages()
  const codes = new Set([...embedded, ...ofProgram, ...added.codes, ...wanted])
  return [...codes].toSorted().map((code) => {
    const of = languageEntry(code)
    if (added.codes.includes(code)) return { ...of, state: 'found', how: `added, in ${added.folder}` }
    // The program does not use the embedded data, and the embedded engine does not use the program's.
    const inUse = ofProgram.length > 0 ? ofProgram : embedded
    if (!inUse.includes(code)) return addableLanguage(code)
    return ofProgram.length > 0
      ? { ...of, state: 'found', how: 'comes with tesseract' }
      : { ...of, state: 'embedded', how: 'comes with this program' }
  })
}

/** The entry of a language that is not installed. */
export function addableLanguage(code: string): DetectedEngine {
  return { ...languageEntry(code), state: 'available', how: `\`spacedrive engine add ocr ${code}\`` }
}

function languageEntry(code: string) {
  return {
    job,
    gives: `${gives} in ${languageName(code)}`,
    licence,
    name: code,
    size: LANGUAGE_BYTES,
    version: null,
  } as const
}
