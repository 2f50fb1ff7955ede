import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CoreError } from '../../../../util/errors.ts'
import { heard } from '../../../../util/heard.ts'
import { type AddedLanguages, languageFile, NO_LANGUAGES } from '../added-languages.ts'
import { DENSITY, type FoundWord, type OcrEngine, type RecogniseOptions } from './engine.ts'
import { runTesseract } from './run-tesseract.ts'

/** The time limit for printing the version and the languages. */
const ANSWER_MS = 10_000
/** Data files that are not languages: scripts, page orientation and formulas. */
const NO_DATA_OF_LANGUAGES = new Set(['osd', 'equ', 'snum'])

/**
 * Finds the `tesseract` on PATH; null if there is none with a language. It also reads the languages that were added.
 */
export async function findTesseract(added: AddedLanguages = NO_LANGUAGES): Promise<OcrEngine | null> {
  try {
    const [said, listed] = await Promise.all([ask('--version'), ask('--list-langs')])
    const version = /^tesseract v?(\S+)/m.exec(said)?.[1]
    const languages = parseLanguages(listed)
    if (!version || languages.length + added.codes.length === 0) return null
    return new TesseractProgram({ version, own: { folder: folderIn(listed), codes: languages }, added })
  } catch (err) {
    if (err instanceof CoreError) return null
    throw err
  }
}

function ask(question: string): Promise<string> {
  return runTesseract({ args: [question], deadlineMs: ANSWER_MS })
}

/**
 * Parses the list of languages: a headline, then one language per line. Scripts such as `script/Latin` are left out.
 */
function parseLanguages(listed: string): string[] {
  return listed
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((code) => /^[a-z]{3}[a-z_]*$/i.test(code) && !NO_DATA_OF_LANGUAGES.has(code))
}

/** The folder with the program's own data, which version 5 prints; empty if it is not printed. */
function folderIn(listed: string): string {
  return /^List of available languages in "(.+)"/.exec(listed)?.[1] ?? ''
}

interface Languages {
  readonly version: string
  readonly own: AddedLanguages
  readonly added: AddedLanguages
}

class TesseractProgram implements OcrEngine {
  readonly name = 'tesseract'
  readonly version: string
  readonly languages: readonly string[]
  readonly #own: AddedLanguages
  readonly #added: AddedLanguages
  /** A folder for copies of the data of several languages, because the program looks in one folder only. */
  #joined: Promise<string> | null = null
  readonly #copies = new Map<string, Promise<void>>()

  constructor({ added, own, version }: Languages) {
    this.version = version
    this.languages = [...new Set([...own.codes, ...added.codes])]
    this.#own = own
    this.#added = added
  }

  async recognise(pgm: Uint8Array, { languages, deadlineMs }: RecogniseOptions): Promise<FoundWord[]> {
    const folder = await this.#folderOf(languages)
    const data = folder === null ? [] : ['--tessdata-dir', folder]
    // The config file `tsv` has the same effect, but Tesseract looks for it in the folder of the data.
    const table = ['-c', 'tessedit_create_tsv=1']
    const args = ['stdin', 'stdout', ...data, '--dpi', String(DENSITY), '-l', languages.join('+'), ...table]
    return parseTable(await runTesseract({ args, input: pgm, deadlineMs }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The joined folder is awaited before it is removed.
    const joined = await this.#joined
    if (joined !== null) await rm(joined, { recursive: true, force: true })
  }

  /**
   * The folder with the data of these languages; null for the folder of the program. Languages that were added take
   * precedence, as in the embedded engine, unless an old version cannot read them together with its own.
   */
  async #folderOf(languages: readonly string[]): Promise<string | null> {
    const [own, added] = [this.#own, this.#added]
    if (languages.every((code) => added.codes.includes(code))) return added.folder
    if (!languages.some((code) => added.codes.includes(code))) return null
    if (own.folder === '') {
      if (languages.every((code) => own.codes.includes(code))) return null
      const all = languages.join('+')
      throw new CoreError('Unavailable', `this version of tesseract cannot read ${all} at once: install version 5`)
    }
    const folder = await (this.#joined ??= heard(mkdtemp(join(tmpdir(), 'tesseract-'))))
    await Promise.all(languages.map((code) => this.#copy(code, folder)))
    return folder
  }

  #copy(code: string, folder: string): Promise<void> {
    const from = this.#added.codes.includes(code) ? this.#added.folder : this.#own.folder
    const copy = this.#copies.get(code) ?? heard(copyData(languageFile(from, code), languageFile(folder, code)))
    this.#copies.set(code, copy)
    return copy
  }
}

/**
 * Copies file contents. The sandbox forbids links and changes of permissions, which the system's copy function makes.
 */
async function copyData(from: string, to: string): Promise<void> {
  await writeFile(to, await readFile(from))
}

/** The level of rows with words; other rows are blocks, paragraphs and lines. */
const WORD_LEVEL = '5'

/**
 * Parses Tesseract's table. Its columns: level, page, block, paragraph, line, word, left, top, width, height,
 * confidence in percent, text.
 */
function parseTable(table: string): FoundWord[] {
  const words: FoundWord[] = []
  let [line, paragraph] = [0, 0]
  let [lineKey, paragraphKey] = ['', '']
  for (const row of table.split('\n')) {
    const [level, , block, inBlock, inParagraph, , left, top, width, height, percent, text] = row.split('\t')
    if (level !== WORD_LEVEL || !text?.trim()) continue
    const key = `${block}.${inBlock}`
    if (key !== paragraphKey) paragraph++
    if (`${key}.${inParagraph}` !== lineKey) line++
    paragraphKey = key
    lineKey = `${key}.${inParagraph}`
    const confidence = Math.min(1, Math.max(0, Number(percent) / 100))
    const [x, y, w, h] = [left, top, width, height].map(Number)
    words.push({ text: text.trim(), left: x!, top: y!, width: w!, height: h!, confidence, line, paragraph })
  }
  return words
}
