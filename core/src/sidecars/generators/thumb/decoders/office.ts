import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { ZipArchive } from '../../text/zip-archive.ts'
import { type Decode, fromEncoded } from './picture.ts'

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

/** The picture that the program which saved a document put into it. */
export const decode: Decode = async (source, _content, side) => {
  using zip = await ZipArchive.open(source)
  const preview = previews.find((name) => zip.has(name))
  const bytes = preview === undefined ? null : await zip.bytes(preview)
  if (!bytes)
    throw new CoreError(
      'Unsupported',
      'it was saved without a picture of itself, which its program may put into it; drawing it takes LibreOffice',
    )
  return fromEncoded(bytes, side).catch((cause: unknown) => {
    throw new CoreError('Corrupt', `the picture of it in it cannot be read: ${errorMessage(cause)}`, { cause })
  })
}
