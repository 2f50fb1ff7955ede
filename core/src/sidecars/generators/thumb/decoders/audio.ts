import { parseFile, selectCover } from 'music-metadata'
import { CoreError } from '../../../../util/errors.ts'
import { type Decode, fromEncoded } from './picture.ts'
import { withTextPath } from './text-path.ts'

/** Decodes the cover embedded in a sound file. */
export const decode: Decode = async (source, _content, side) => {
  const cover = await withTextPath(source, async (path) => {
    const { common } = await parseFile(path, { duration: false })
    return selectCover(common.picture)
    // Sound formats that the parser cannot read have no cover either.
  }).catch(() => null)
  if (!cover) throw new CoreError('Unsupported', 'there is no cover in it')
  return fromEncoded(cover.data, side)
}
