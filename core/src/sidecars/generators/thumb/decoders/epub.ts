import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { readEpub } from '../../text/epub-package.ts'
import { ZipArchive } from '../../text/zip-archive.ts'
import { type Decode, fromEncoded } from './picture.ts'

/** Decodes the cover of an EPUB. */
export const decode: Decode = async (source, _content, side) => {
  using zip = await ZipArchive.open(source)
  const { cover } = await readEpub(zip)
  const bytes = cover === null ? null : await zip.bytes(cover)
  if (!bytes) throw new CoreError('Unsupported', 'it has no cover')
  return fromEncoded(bytes, side).catch((cause: unknown) => {
    throw new CoreError('Corrupt', `its cover cannot be read: ${errorMessage(cause)}`, { cause })
  })
}
