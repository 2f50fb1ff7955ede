import { writeFile } from 'node:fs/promises'
import { heard } from '../../../util/heard.ts'
import { formatTextSidecar } from '../../formats/text-sidecar.ts'
import type { Make } from '../generator.ts'
import { startPdfEngine } from '../text/pdf-file.ts'
import type { AddedLanguages } from './added-languages.ts'
import type { OcrEngine } from './engines/engine.ts'
import { openEngine } from './engines/open-engine.ts'
import type { OcrSettings } from './index.ts'
import { BUDGET_MS } from './limits.ts'
import { readContent, whyUnread } from './read-content.ts'
import { ReadSoFar } from './read-so-far.ts'

/** The last engine is kept while the languages stay the same, because starting one is slow. */
let kept: { readonly added: string; readonly engine: Promise<OcrEngine> } | null = null

async function engineWith(languages: AddedLanguages): Promise<OcrEngine> {
  const added = JSON.stringify(languages)
  if (kept?.added !== added) {
    const before = kept
    kept = { added, engine: heard(openEngine(languages)) }
    await (await before?.engine)?.[Symbol.asyncDispose]()
  }
  return kept.engine
}

export const make: Make = async ({ source, content, outputs, part, settings }) => {
  const { added, languages } = settings as OcrSettings
  // Both start slowly, and neither needs the other.
  const [engine] = await Promise.all([engineWith(added), content.mime === 'application/pdf' && startPdfEngine()])
  const chosen = JSON.stringify({ languages, added: added.codes, known: engine.languages })
  const sidecar = await readContent(source, content, engine, {
    budgetMs: BUDGET_MS,
    languages: languages === '' ? [] : languages.split('+'),
    added: added.codes,
    soFar: await ReadSoFar.open(part, engine, chosen),
  })
  for (const { path } of outputs) await writeFile(path, formatTextSidecar(sidecar))
  if (sidecar.unfinished) return { engine: sidecar.engine, isUnfinished: true }
  const note = whyUnread(sidecar)
  return { engine: sidecar.engine, ...(note !== null && { note }) }
}
