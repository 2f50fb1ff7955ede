import sharp from 'sharp'
import { openPdf, type PdfFile } from '../../text/pdf-file.ts'
import { fitPage } from '../../text/scanned-page.ts'
import { type Decode, MAX_PIXELS, type Picture } from './picture.ts'

/** The first page of a PDF. */
export const decode: Decode = async (source, _content, side) => {
  using pdf = await openPdf(source)
  const scan = await shrunkScan(pdf, side).catch(() => null)
  return scan ?? { ...(await pdf.picture(0, side)), engine: pdf.engine }
}

/** A page that is a scan, as large as it is to be; null where it is none. What is wrong with it PDFium may put up with. */
async function shrunkScan(pdf: PdfFile, side: number): Promise<Picture | null> {
  const jpeg = await pdf.scan(0)
  if (!jpeg) return null
  const { width, height } = fitPage(pdf.size(0), side)
  const { data, info } = await sharp(jpeg, { limitInputPixels: MAX_PIXELS })
    .toColourspace('srgb')
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width, height, channels: info.channels, engine: pdf.engine }
}
