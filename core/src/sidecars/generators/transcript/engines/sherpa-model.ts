import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of a Whisper model in the format of sherpa-onnx. */
export interface SherpaModel {
  readonly encoder: string
  readonly decoder: string
  readonly tokens: string
}

/** Finds the model in a folder, and prefers the smaller int8 version; null if there is none. */
export async function findSherpaModel(folder: string): Promise<SherpaModel | null> {
  const names = (await readdir(folder).catch((): string[] => [])).toSorted()
  const find = (part: RegExp) => names.find((name) => part.test(name))
  const encoder = find(/encoder.*int8\.onnx$/) ?? find(/encoder.*\.onnx$/)
  const decoder = find(/decoder.*int8\.onnx$/) ?? find(/decoder.*\.onnx$/)
  const tokens = find(/tokens\.txt$/)
  if (!encoder || !decoder || !tokens) return null
  return { encoder: join(folder, encoder), decoder: join(folder, decoder), tokens: join(folder, tokens) }
}
