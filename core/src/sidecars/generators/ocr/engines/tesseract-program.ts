import { CoreError } from '../../../../util/errors.ts'
import { DENSITY, type FoundWord, type OcrEngine, type RecogniseOptions } from './engine.ts'
import { runTesseract } from './run-tesseract.ts'

/** The time limit for its version and languages, which it prints at once. */
const ANSWER_MS = 10_000
/** Data for scripts, page orientation and formulas, not for languages. */
const NO_LANGUAGES = new Set(['osd', 'equ', 'snum'])

/** Finds the `tesseract` on PATH; null if there is none with a language. */
export async function findTesseract(): Promise<OcrEngine | null> {
  try {
    const [said, listed] = await Promise.all([ask('--version'), ask('--list-langs')])
    const version = /^tesseract v?(\S+)/m.exec(said)?.[1]
    const languages = parseLanguages(listed)
    return version && languages.length > 0 ? new TesseractProgram(version, languages) : null
  } catch (err) {
    if (err instanceof CoreError) return null
    throw err
  }
}

function ask(question: string): Promise<string> {
  return runTesseract({ args: [question], deadlineMs: ANSWER_MS })
}

/** Parses the list of languages: a headline, then one per line. Scripts such as `script/Latin` are no languages. */
function parseLanguages(listed: string): string[] {
  return listed
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((code) => /^[a-z]{3}[a-z_]*$/i.test(code) && !NO_LANGUAGES.has(code))
}

class TesseractProgram implements OcrEngine {
  readonly name = 'tesseract'
  readonly version: string
  readonly languages: readonly string[]

  constructor(version: string, languages: readonly string[]) {
    this.version = version
    this.languages = languages
  }

  async recognise(pgm: Uint8Array, { languages, deadlineMs }: RecogniseOptions): Promise<FoundWord[]> {
    const args = ['stdin', 'stdout', '--dpi', String(DENSITY), '-l', languages.join('+'), 'tsv']
    return parseTable(await runTesseract({ args, input: pgm, deadlineMs }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Each program ends by itself.
  }
}

/** The level of rows with words; other rows are blocks, paragraphs and lines. */
const WORD_LEVEL = '5'

/** Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence in percent, text. */
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
