import { writeFile } from 'node:fs/promises'
import { formatTranscript } from '../../formats/transcript-sidecar.ts'
import type { Make } from '../generator.ts'
import { withTextPath } from '../thumb/decoders/text-path.ts'
import type { TranscriptSettings } from './choose-engine.ts'
import { EngineKeeper } from './engines/open-engine.ts'
import { BUDGET_MS } from './limits.ts'
import { transcribe } from './transcribe-content.ts'
import { formatVtt } from './vtt.ts'

/** Kept as long as this process runs, because starting an engine may take long. */
const engines = new EngineKeeper()

export const make: Make = async ({ source, outputs, part, settings }) => {
  const chosen = settings as TranscriptSettings
  const engine = await engines.get(chosen)
  const options = {
    language: chosen.language === 'auto' ? null : chosen.language,
    budgetMs: BUDGET_MS,
    // In the folder of drafts, where the leftovers of a killed process are found.
    folder: `${outputs[0]!.path}.work`,
    part,
  }
  const transcript = await withTextPath(source, (path) => transcribe(path, engine, options))
  for (const { format, path } of outputs)
    await writeFile(path, format === 'vtt' ? formatVtt(transcript) : formatTranscript(transcript))
  return { engine: transcript.engine }
}
