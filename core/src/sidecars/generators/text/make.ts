import { writeFile } from 'node:fs/promises'
import { formatTextSidecar } from '../../formats/text-sidecar.ts'
import type { Make } from '../generator.ts'
import { readFileText } from './read-file-text.ts'

/** Makes the text sidecar of a file, which `text-sidecar.ts` describes. */
export const make: Make = async ({ source, content, outputs }) => {
  const { engine, pages, truncated } = await readFileText(source, content)
  const json = formatTextSidecar({ engine, languages: [], pages, ...(truncated ? { truncated } : {}) })
  for (const { path } of outputs) await writeFile(path, json)
  return { engine }
}
