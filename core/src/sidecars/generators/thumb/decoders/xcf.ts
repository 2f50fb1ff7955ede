import { readFile } from 'node:fs/promises'
import { fsPath } from '../../../../util/file-name.ts'
import type { Decode } from './picture.ts'
import { fromPixels } from './raw-pixels.ts'
import { readXcf } from './xcf/read-xcf.ts'

/** Decodes the visible layers of GIMP pictures. */
export const decode: Decode = async (source, _content, side) => {
  const { pixels, profile } = readXcf(await readFile(fsPath(source)))
  return fromPixels(pixels, side, profile)
}
