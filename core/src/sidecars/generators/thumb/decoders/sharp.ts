import { readFile } from 'node:fs/promises'
import { fsPath } from '../../../../util/file-name.ts'
import { colourToSrgb } from './colour.ts'
import { HeifItems } from './heif/heif-items.ts'
import { type Decode, fromEncoded, type Picture, sharpInput } from './picture.ts'

/** Decodes JPEG, PNG, WebP, AVIF and GIF; of an animation, the first frame. */
export const decode: Decode = async (source, { mime }, side) => {
  if (mime === 'image/avif') return decodeAvif(await readFile(fsPath(source)), side)
  return fromEncoded(await sharpInput(source), side)
}

/**
 * Decodes an AVIF. If an AVIF states its colours by numbers (high dynamic range, Display P3, BT.2020), sharp ignores
 * that, so they are converted here.
 */
async function decodeAvif(bytes: Buffer, side: number): Promise<Picture> {
  const picture = await fromEncoded(bytes, side)
  const code = colourCodeOf(bytes)
  if (code && picture.channels >= 3) colourToSrgb(picture.data, code, picture.channels === 4 ? 4 : 3)
  return picture
}

/** The numbers that state the colours; null if a profile states them, or nothing. */
function colourCodeOf(bytes: Buffer) {
  try {
    const items = new HeifItems(bytes)
    const tile = items.references(items.primary, 'dimg')[0] ?? items.primary
    if (items.profile(items.primary) ?? items.profile(tile)) return null
    return items.colourCode(items.primary) ?? items.colourCode(tile) ?? null
  } catch {
    // An AVIF with an animation has no items.
    return null
  }
}
