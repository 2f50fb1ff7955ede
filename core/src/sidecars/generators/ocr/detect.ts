import { detectPackage, detectProgram } from '../engines.ts'
import type { DetectedEngine } from '../generator.ts'
import { findTesseract } from './engines/tesseract-program.ts'

const job = 'text in pictures'
const licence = 'Apache-2.0'

/** The engines for text in pictures. If the program is installed, it is used, with its languages. */
export function detectOcrEngines(): Promise<DetectedEngine[]> {
  return Promise.all([
    detectTesseract(),
    detectPackage({ job, licence, name: 'tesseract.js', package: 'tesseract.js' }),
  ])
}

async function detectTesseract(): Promise<DetectedEngine> {
  const how = 'install Tesseract, twice as fast: apt install tesseract-ocr, brew install tesseract'
  const args = ['--version']
  const found = await detectProgram({ job, licence, how, args, name: 'tesseract', program: 'tesseract' })
  if (!found.available) return found
  const engine = await findTesseract()
  if (!engine) return { ...found, available: false, how: `${found.how} has no data of any language` }
  return {
    ...found,
    replaces: ['tesseract.js'],
    version: engine.version,
    how: `${found.how}, languages ${engine.languages.join(', ')}`,
  }
}
