import { CoreError, errorMessage } from '../../../../util/errors.ts'
import type { RawName } from '../../../../util/file-name.ts'
import { readerOf } from '../../text/formats.ts'
import { ZipArchive } from '../../text/zip-archive.ts'
import { type Decode, fromEncoded } from './picture.ts'
import { decode as drawText } from './text.ts'

/**
 * Members with a picture of the first page, from Office, LibreOffice, Apple's programs, Krita and OpenRaster; larger
 * ones first.
 */
const previews = [
  'docProps/thumbnail.jpeg',
  'docProps/thumbnail.jpg',
  'docProps/thumbnail.png',
  'preview.jpg',
  'QuickLook/Thumbnail.jpg',
  'mergedimage.png',
  'preview.png',
  'Thumbnails/thumbnail.png',
]

/**
 * Decodes the preview that a program has stored in its document. If there is none, draws the first lines of the text.
 */
export const decode: Decode = async (source, content, side) => {
  const bytes = await previewOf(source)
  if (!bytes && readerOf(content))
    return drawText(source, content, side).catch((cause: unknown) => {
      if (!(cause instanceof CoreError) || cause.code !== 'Corrupt') throw cause
      // The generator of texts reports the damage. Here, a thumbnail is optional.
      const why = `it has no embedded preview, and its text cannot be drawn: ${cause.message}`
      throw new CoreError('Unsupported', why, { cause })
    })
  if (!bytes)
    throw new CoreError(
      'Unsupported',
      'it has no embedded preview, and its text cannot be read; its program may be able to save it with a preview',
    )
  return fromEncoded(bytes, side).catch((cause: unknown) => {
    throw new CoreError('Corrupt', `its embedded preview cannot be read: ${errorMessage(cause)}`, { cause })
  })
}

async function previewOf(source: RawName): Promise<Uint8Array | null> {
  using zip = await ZipArchive.open(source)
  const preview = previews.find((name) => zip.has(name))
  return preview === undefined ? null : zip.bytes(preview)
}
