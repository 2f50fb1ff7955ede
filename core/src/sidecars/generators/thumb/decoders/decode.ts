import { CoreError } from '../../../../util/errors.ts'
import { type DecoderName, decoderOf } from './formats.ts'
import type { Decode } from './picture.ts'

/** Decoders are loaded on first use, because each has its own engine. */
const load: Readonly<Record<DecoderName, () => Promise<{ decode: Decode }>>> = {
  audio: () => import('./audio.ts'),
  bitmap: () => import('./bitmap.ts'),
  dicom: () => import('./dicom.ts'),
  epub: () => import('./epub.ts'),
  ffmpeg: () => import('./ffmpeg.ts'),
  font: () => import('./font.ts'),
  heif: () => import('./heif.ts'),
  icns: () => import('./icns.ts'),
  netpbm: () => import('./netpbm.ts'),
  office: () => import('./office.ts'),
  pdf: () => import('./pdf.ts'),
  postscript: () => import('./postscript.ts'),
  psd: () => import('./psd.ts'),
  raw: () => import('./raw.ts'),
  sharp: () => import('./sharp.ts'),
  svg: () => import('./svg.ts'),
  text: () => import('./text.ts'),
  tiff: () => import('./tiff.ts'),
  video: () => import('./video.ts'),
  xcf: () => import('./xcf.ts'),
}

/** Decodes a content with the decoder for its type. */
export const decode: Decode = async (source, content, side) => {
  const decoder = decoderOf(content)
  if (!decoder) throw new CoreError('Unsupported', `no engine here makes a picture of ${content.mime ?? content.type}`)
  const { decode: decodeIt } = await load[decoder.name]()
  return decodeIt(source, content, side)
}
