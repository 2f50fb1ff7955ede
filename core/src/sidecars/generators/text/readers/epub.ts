import { CoreError } from '../../../../util/errors.ts'
import { readEpub } from '../epub-package.ts'
import { collectHtml, titles } from '../html-text.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { decodeText } from '../decode-text.ts'
import { ZipArchive } from '../zip-archive.ts'

/** Reads an EPUB: one page for each chapter, in reading order. */
export const read: ReadText = async (source, maxChars) => {
  using zip = await ZipArchive.open(source)
  const { chapters } = await readEpub(zip)
  const locked = (await zip.bytes('META-INF/encryption.xml'))?.toString('utf8') ?? ''
  if (zip.has('META-INF/rights.xml') || chapters.some((chapter) => locked.includes(chapter)))
    throw new CoreError('Unsupported', 'it can only be read by the program it was sold for')
  const out = new PageCollector(maxChars)
  for (const chapter of chapters) {
    if (out.isFull) break
    out.begin()
    collectHtml(await decodeText({ bytes: (await zip.bytes(chapter))!, isWhole: true }), out, titles.chapter)
  }
  return { engine: ownEngine, ...out.finish() }
}
