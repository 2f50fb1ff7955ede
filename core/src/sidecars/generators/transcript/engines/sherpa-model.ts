import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of a Whisper model as sherpa-onnx has them. */
export interface SherpaModel {
  readonly encoder: string
  readonly decoder: string
  readonly tokens: string
}

/** The model in a folder, the smaller one where there are two of it; null where there is none. */
export async function findSherpaModel(folder: string): Promise<SherpaModel | null> {
  const names = (await readdir(folder).catch((): string[] => [])).toSorted()
  const find = (part: RegExp) => names.find((name) => part.test(name))
  const encoder = find(/encoder.*int8\.onnx$/) ?? find(/encoder.*\.onnx$/)
  const decoder = find(/decoder.*int8\.onnx$/) ?? find(/decoder.*\.onnx$/)
  const tokens = find(/tokens\.txt$/)
  if (!encoder || !decoder || !tokens) return null
  return { encoder: join(folder, encoder), decoder: join(folder, decoder), tokens: join(folder, tokens) }
}
