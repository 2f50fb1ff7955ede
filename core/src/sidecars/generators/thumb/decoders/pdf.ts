import sharp from 'sharp'
import { openPdf, type PdfFile } from '../../text/pdf-file.ts'
import { fitPage } from '../../text/scanned-page.ts'
import { type Decode, MAX_PIXELS, type Picture } from './picture.ts'

/** Draws the first page of a PDF. */
export const decode: Decode = async (source, _content, side) => {
  using pdf = await openPdf(source)
  const scan = await shrunkScan(pdf, side).catch(() => null)
  if (scan) return scan
  const picture = await pdf.picture(0, side)
  const scripts = pdf.scriptsWithoutFont()
  return { ...picture, engine: pdf.engine, ...(scripts.length > 0 && { note: withoutFont(scripts) }) }
}

function withoutFont(scripts: readonly string[]): string {
  const named = scripts.join(' and ')
  return `letters in ${named} are missing, because neither the file nor this machine has a font for them; install one, then run \`spacedrive sidecar regenerate <file>\``
}

/**
 * The scan of a scanned page, in the requested size; null if the page is not a scan, or if decoding fails: PDFium may
 * still be able to draw the page.
 */
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
