import { writeFile } from 'node:fs/promises'
import type { Config } from '../../../config/index.ts'
import { formatTextSidecar } from '../../formats/text-sidecar.ts'
import type { Make } from '../generator.ts'
import { BUDGET_MS } from './limits.ts'
import { openEngine } from './engines/open-engine.ts'
import { readContent } from './read-content.ts'

/** Kept for the life of this process, because it starts slowly. */
const engine = openEngine()

export const make: Make = async ({ source, content, outputs, settings }) => {
  const { languages } = settings as Config['ocr']
  const sidecar = await readContent(source, content, await engine, {
    budgetMs: BUDGET_MS,
    languages: languages === '' ? [] : languages.split('+'),
  })
  for (const { path } of outputs) await writeFile(path, formatTextSidecar(sidecar))
  return { engine: sidecar.engine }
}
