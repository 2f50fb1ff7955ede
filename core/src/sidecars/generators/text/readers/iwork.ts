import { CoreError } from '../../../../util/errors.ts'
import { PageCollector } from '../page-collector.ts'
import { collectParagraphs } from '../paragraphs.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { readXml } from '../xml.ts'
import { ZipArchive } from '../zip-archive.ts'

/** A PDF of the pages, which the program writes when it saves the file. */
const PREVIEW = 'QuickLook/Preview.pdf'
/** The document, as the programs stored it before 2013. */
const OLD_DOCUMENTS = ['index.xml', 'index.apxl']

/**
 * Reads documents of Pages and Keynote: the text of the preview in the file, or that of the document itself if it is
 * old.
 */
export const read: ReadText = async (source, maxChars, readInner) => {
  using zip = await ZipArchive.open(source)
  const preview = await zip.bytes(PREVIEW)
  const text = preview && (await readInner('preview.pdf', preview, maxChars))
  if (text) return text
  const old = OLD_DOCUMENTS.find((name) => zip.has(name))
  if (old === undefined) {
    throw new CoreError(
      'Unsupported',
      'it was saved without a preview, and no engine here reads text in the program’s own format; save it as PDF beside it',
    )
  }
  const out = new PageCollector(maxChars)
  out.begin()
  const rules = { text: ['p'], paragraph: ['p'], tab: ['tab'], line: ['br', 'lnbr', 'crbr'], skip: ['stylesheet'] }
  await readXml(zip.chunks(old), collectParagraphs(out, rules))
  return { engine: ownEngine, ...out.finish() }
}
