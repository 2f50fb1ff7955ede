import { readFile } from 'node:fs/promises'
import { fsPath } from '../../../../util/file-name.ts'
import { type Decode, fromEncoded, sharpInput } from './picture.ts'

/** Decodes JPEG, PNG, WebP, AVIF, GIF, SVG and TIFF; of an animation, the first frame. */
export const decode: Decode = async (source, { mime }, side) => {
  // An SVG that is opened by its path may include other files; from memory it cannot.
  const input = mime === 'image/svg+xml' ? await readFile(fsPath(source)) : await sharpInput(source)
  return fromEncoded(input, side)
}
