import { MAX_TITLE_CHARS } from '../limits.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { collectParagraphs } from '../paragraphs.ts'
import { readXml } from '../xml.ts'
import { ZipArchive } from '../zip-archive.ts'
import { CoreError } from '../../../../util/errors.ts'

/** In reading order: the document, then its notes and comments. */
const parts = ['word/document.xml', 'word/footnotes.xml', 'word/endnotes.xml', 'word/comments.xml']

/** Reads Word files since 2007. */
export const read: ReadText = async (source, maxChars) => {
  using zip = await ZipArchive.open(source)
  if (!zip.has(parts[0]!)) throw new CoreError('Corrupt', 'there is no document in it')
  const out = new PageCollector(maxChars)
  out.begin(await documentTitle(zip))
  for (const part of parts) {
    await readXml(
      zip.chunks(part),
      collectParagraphs(out, {
        text: ['t'],
        paragraph: ['p'],
        tab: ['tab'],
        line: ['br', 'cr'],
        // Properties mention tabs too, and `Fallback` repeats a drawing for older programs.
        skip: ['pPr', 'rPr', 'Fallback'],
      }),
    )
  }
  return { engine: ownEngine, ...out.finish() }
}

/** The title in an Office document's properties; empty if there is none. */
async function documentTitle(zip: ZipArchive): Promise<string> {
  let title = ''
  let inTitle = false
  await readXml(zip.chunks('docProps/core.xml'), {
    open: (name) => (inTitle = name === 'title'),
    text: (text) => {
      if (inTitle && title.length < MAX_TITLE_CHARS) title += text
    },
    close: () => (inTitle = false),
  })
  return title
}
