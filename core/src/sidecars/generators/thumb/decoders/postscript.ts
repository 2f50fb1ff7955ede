import { CoreError } from '../../../../util/errors.ts'
import { findProgram } from '../../../../util/find-program.ts'
import type { RawName } from '../../../../util/file-name.ts'
import { runProgram } from '../../program.ts'
import { readStart } from '../../text/decode-text.ts'
import { decode as decodePdf } from './pdf.ts'
import { type Decode, fromEncoded, type Picture } from './picture.ts'
import { withTextPath } from './text-path.ts'

/** Bytes that are read from the beginning of a file, where the preview is; the whole drawing may be far larger. */
const MAX_BYTES = 32 * 2 ** 20
/** The first number of an EPS with a preview for DOS, and the offset of the TIFF's position in its header. */
const DOS_EPS = 0xc5d0d3c6
const TIFF_AT = 20
const TIFF_LENGTH = 24
/** The heading of a PDF is searched for in this many bytes, because other bytes may precede it. */
const PDF_WITHIN = 1_024
const MAX_PNG_BYTES = 64 * 2 ** 20

/**
 * Decodes PostScript, EPS and Illustrator drawings. If the file is a PDF, it is drawn as one. Otherwise `gs` draws it,
 * or else the preview in the file is decoded.
 */
export const decode: Decode = async (source, content, side) => {
  const { bytes } = await readStart(source, MAX_BYTES)
  const pdf = bytes.subarray(0, PDF_WITHIN).indexOf('%PDF-')
  if (pdf >= 0) return decodePdf(source, content, side)
  const program = findProgram('gs')
  const drawn = program && (await byGhostscript(program, source, side).catch(() => null))
  if (drawn) return drawn
  const preview = previewIn(bytes)
  if (preview) return fromEncoded(preview, side)
  throw new CoreError(
    'Unsupported',
    program ? 'gs cannot draw it, and it has no preview' : 'it has no preview; gs (Ghostscript) on PATH would draw it',
  )
}

/**
 * With `-dSAFER`, a drawing can open no file but itself and files in the folder for temporary files, to which the
 * sandbox limits access too.
 */
function byGhostscript(program: string, source: RawName, side: number): Promise<Picture> {
  return withTextPath(source, async (path) => {
    const quiet = ['-q', '-dSAFER', '-dBATCH', '-dNOPAUSE', '-dEPSCrop', '-dLastPage=1', '-r144']
    const smooth = ['-dTextAlphaBits=4', '-dGraphicsAlphaBits=4']
    const png = await runProgram(program, [...quiet, ...smooth, '-sDEVICE=png16m', '-sOutputFile=-', path], {
      maxBytes: MAX_PNG_BYTES,
    })
    return { ...(await fromEncoded(png, side)), engine: { name: 'gs', version: '' } }
  })
}

/** The preview: a TIFF that the header refers to, or a JPEG that Illustrator or Photoshop has stored as text. */
function previewIn(bytes: Buffer): Buffer | null {
  if (bytes.length > TIFF_LENGTH + 4 && bytes.readUInt32BE(0) === DOS_EPS) {
    const [at, length] = [bytes.readUInt32LE(TIFF_AT), bytes.readUInt32LE(TIFF_LENGTH)]
    if (length > 0 && at + length <= bytes.length) return bytes.subarray(at, at + length)
  }
  const text = bytes.toString('latin1')
  const xmp = between(text, '<xmpGImg:image>', '</xmpGImg:image>')
  if (xmp !== null) return Buffer.from(xmp.replaceAll(/&#xA;|\s/g, ''), 'base64')
  const photoshop = between(text, '%BeginPhotoshop:', '%EndPhotoshop')
  if (photoshop === null) return null
  const data = Buffer.from(photoshop.slice(photoshop.indexOf('\n')).replaceAll(/[%\s]/g, ''), 'hex')
  const jpeg = data.indexOf(Buffer.from([0xff, 0xd8, 0xff]))
  return jpeg < 0 ? null : data.subarray(jpeg)
}

function between(text: string, before: string, after: string): string | null {
  const from = text.indexOf(before)
  const to = from < 0 ? -1 : text.indexOf(after, from)
  return to < 0 ? null : text.slice(from + before.length, to)
}
