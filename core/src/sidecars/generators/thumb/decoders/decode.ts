import { CoreError } from '../../../../util/errors.ts'
import { type DecoderName, decoderOf } from './formats.ts'
import type { Decode } from './picture.ts'

/** Loaded when first needed, because each brings its own engine. */
const load: Readonly<Record<DecoderName, () => Promise<{ decode: Decode }>>> = {
  audio: () => import('./audio.ts'),
  bitmap: () => import('./bitmap.ts'),
  epub: () => import('./epub.ts'),
  ffmpeg: () => import('./ffmpeg.ts'),
  font: () => import('./font.ts'),
  heif: () => import('./heif.ts'),
  netpbm: () => import('./netpbm.ts'),
  office: () => import('./office.ts'),
  pdf: () => import('./pdf.ts'),
  psd: () => import('./psd.ts'),
  raw: () => import('./raw.ts'),
  sharp: () => import('./sharp.ts'),
  text: () => import('./text.ts'),
  video: () => import('./video.ts'),
}

/** Decodes a content with the decoder for its type. */
export const decode: Decode = async (source, content, side) => {
  const decoder = decoderOf(content)
  if (!decoder) throw new CoreError('Unsupported', `no engine here makes a picture of ${content.mime ?? content.type}`)
  const { decode: decodeIt } = await load[decoder.name]()
  return decodeIt(source, content, side)
}
