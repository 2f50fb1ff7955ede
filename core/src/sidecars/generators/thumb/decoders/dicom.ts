import { readFile } from 'node:fs/promises'
import { fsPath } from '../../../../util/file-name.ts'
import { readDicom } from './dicom/read-dicom.ts'
import { type Decode, fromEncoded } from './picture.ts'
import { fromPixels } from './raw-pixels.ts'

/** Decodes the first picture of a medical image, in the range of brightness that the file states. */
export const decode: Decode = async (source, _content, side) => {
  const found = readDicom(await readFile(fsPath(source)))
  return 'jpeg' in found ? fromEncoded(found.jpeg, side) : fromPixels(found, side)
}
