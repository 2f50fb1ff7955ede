import { writeFile } from 'node:fs/promises'
import { formatTextSidecar } from '../../text-sidecar.ts'
import type { Make } from '../generator.ts'
import { BUDGET_MS } from './limits.ts'
import { openEngine } from './engines/open-engine.ts'
import { readContent } from './read-content.ts'

/** Of this process: it starts slowly, and is used for every content. */
const engine = openEngine()

export const make: Make = async ({ source, content, outputs }) => {
  const sidecar = await readContent(source, content, await engine, { budgetMs: BUDGET_MS })
  for (const { path } of outputs) await writeFile(path, formatTextSidecar(sidecar))
  return { engine: sidecar.engine }
}
