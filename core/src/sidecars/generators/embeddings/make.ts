import { readFile, stat, writeFile } from 'node:fs/promises'
import { CoreError } from '../../../util/errors.ts'
import { type TextKind, textKinds } from '../../../domain/stored-lists.ts'
import { formatEmbeddingSidecar, VECTOR_FORMAT } from '../../formats/embedding-sidecar.ts'
import { formatVectors } from '../../formats/vector-file.ts'
import type { Make, SidecarInput } from '../generator.ts'
import { collectChunks, readSpokenText, type SpokenText } from './collect-chunks.ts'
import { EngineKeeper } from './engines/open-engine.ts'
import { MAX_INPUT_BYTES } from './limits.ts'
import { type EmbeddingSettings, modelName } from './settings.ts'

/** Kept as long as this process runs, so that a model is loaded only once. */
const engines = new EngineKeeper()

export const make: Make = async ({ inputs, names, outputs, settings: given }) => {
  const settings = given as EmbeddingSettings
  const { chunks, names: named, truncated } = collectChunks(await readTexts(inputs), names)
  if (chunks.length === 0) throw new CoreError('Unsupported', 'there are no words with a meaning in it')
  const engine = await engines.get(settings)
  const vectors = await engine.embed(
    chunks.map(({ text }) => text),
    'text',
  )
  const about = { name: engine.name, version: engine.version }
  const json = formatEmbeddingSidecar({
    engine: about,
    model: modelName(settings),
    dimensions: vectors[0]?.length ?? 0,
    chunks,
    ...(truncated && { truncated }),
  })
  for (const { format, path } of outputs)
    await writeFile(path, format === VECTOR_FORMAT ? formatVectors(vectors, named) : json)
  return { engine: about }
}

/** Reads the texts of the sidecars, documents first. Throws `Corrupt` if none can be read. */
async function readTexts(inputs: readonly SidecarInput[]): Promise<SpokenText[]> {
  const texts: SpokenText[] = []
  const ofText = inputs.filter(({ format, variant }) => format === 'json' && variant === 'default')
  for (const { kind, path } of ofText) {
    if ((await stat(path)).size > MAX_INPUT_BYTES) continue
    const text = readSpokenText(kind as TextKind, await readFile(path, 'utf8'))
    if (text) texts.push(text)
  }
  if (texts.length === 0)
    throw new CoreError('Corrupt', 'no text of it can be read; `spacedrive sidecar verify` says more')
  return texts.toSorted((a, b) => textKinds.indexOf(a.kind) - textKinds.indexOf(b.kind))
}
