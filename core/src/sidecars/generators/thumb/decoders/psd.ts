import { readFile } from 'node:fs/promises'
import { fsPath } from '../../../../util/file-name.ts'
import type { Decode } from './picture.ts'
import { readPsd } from './psd/read-psd.ts'
import { fromInks, fromPixels } from './raw-pixels.ts'

/** Decodes Photoshop documents. They usually contain a flattened picture; otherwise, their layers are drawn. */
export const decode: Decode = async (source, _content, side) => {
  const { pixels, inks, profile } = readPsd(await readFile(fsPath(source)))
  return inks ? fromInks(pixels, side, profile) : fromPixels(pixels, side, profile)
}
