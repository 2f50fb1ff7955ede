import { readFile } from 'node:fs/promises'
import { fsPath } from '../../../../util/file-name.ts'
import { type Decode, fromEncoded, sharpInput } from './picture.ts'

/** JPEG, PNG, WebP, AVIF, GIF, SVG and TIFF; of one that moves, its first picture. */
export const decode: Decode = async (source, { mime }, side) => {
  // A vector picture that is given by its path may draw other files into itself; from memory it cannot name them.
  const input = mime === 'image/svg+xml' ? await readFile(fsPath(source)) : await sharpInput(source)
  return fromEncoded(input, side)
}
