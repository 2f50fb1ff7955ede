import { openPdf } from '../../text/pdf-file.ts'
import type { Decode } from './picture.ts'

/** The first page of a PDF. */
export const decode: Decode = async (source, _content, side) => {
  using pdf = await openPdf(source)
  return { ...(await pdf.picture(0, side)), engine: pdf.engine }
}
