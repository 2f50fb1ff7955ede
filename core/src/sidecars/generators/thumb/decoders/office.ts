import { CoreError, errorMessage } from '../../../../util/errors.ts'
import type { RawName } from '../../../../util/file-name.ts'
import { readerOf } from '../../text/formats.ts'
import { ZipArchive } from '../../text/zip-archive.ts'
import { type Decode, fromEncoded } from './picture.ts'
import { decode as drawText } from './text.ts'

/** Where programs put a picture of the first page: Office, LibreOffice, Apple's, Krita, OpenRaster. The larger one first. */
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

/** The picture that the program which saved a document put into it; where there is none, the first lines of its text. */
export const decode: Decode = async (source, content, side) => {
  const bytes = await previewOf(source)
  if (!bytes && readerOf(content))
    return drawText(source, content, side).catch((cause: unknown) => {
      if (!(cause instanceof CoreError) || cause.code !== 'Corrupt') throw cause
      // Whoever reads its text says what is wrong with it: a picture it need not have.
      const why = `it was saved without a picture of itself, and its text cannot be drawn: ${cause.message}`
      throw new CoreError('Unsupported', why, { cause })
    })
  if (!bytes)
    throw new CoreError(
      'Unsupported',
      'it was saved without a picture of itself, which its program may put into it, and nothing here reads its text',
    )
  return fromEncoded(bytes, side).catch((cause: unknown) => {
    throw new CoreError('Corrupt', `the picture of it in it cannot be read: ${errorMessage(cause)}`, { cause })
  })
}

async function previewOf(source: RawName): Promise<Uint8Array | null> {
  using zip = await ZipArchive.open(source)
  const preview = previews.find((name) => zip.has(name))
  return preview === undefined ? null : zip.bytes(preview)
}
