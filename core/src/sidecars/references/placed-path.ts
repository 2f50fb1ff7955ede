import type { PlacedEntry } from '../../entries/index.ts'
import { parsePath, type RawName } from '../../util/file-name.ts'

/** The path of an entry as a `RawName`. */
export function placedPath({ path, pathBase64 }: Pick<PlacedEntry, 'path' | 'pathBase64'>): RawName {
  return parsePath(pathBase64 ? `base64:${pathBase64}` : path)
}
