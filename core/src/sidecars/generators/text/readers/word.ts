import { MAX_TITLE_CHARS } from '../limits.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { collectParagraphs } from '../paragraphs.ts'
import { readXml } from '../xml.ts'
import { ZipArchive } from '../zip-archive.ts'
import { CoreError } from '../../../../util/errors.ts'

const DOCUMENT = 'word/document.xml'
/** Parts whose text comes after that of the document. */
const NOTES = ['word/footnotes.xml', 'word/endnotes.xml', 'word/comments.xml']
/** Headers and footers: those of each section, of first pages and of even ones. */
const MARGINS = /^word\/(?:header|footer)\d*\.xml$/
/** Limit on headers and footers. If a document has more sections, its headers only repeat. */
const MAX_MARGINS = 100
/** Titles of charts, and the data of diagrams. */
const DRAWN = /^word\/(?:charts\/chart|diagrams\/data)\d*\.xml$/
const MAX_DRAWN = 1_000

/** Reads Word files since 2007. */
export const read: ReadText = async (source, maxChars) => {
  using zip = await ZipArchive.open(source)
  if (!zip.has(DOCUMENT)) throw new CoreError('Corrupt', 'there is no document in it')
  const out = new PageCollector(maxChars)
  out.begin(await documentTitle(zip))
  const margins = zip.names.filter((name) => MARGINS.test(name)).slice(0, MAX_MARGINS)
  const drawn = zip.names.filter((name) => DRAWN.test(name)).slice(0, MAX_DRAWN)
  for (const part of [DOCUMENT, ...NOTES, ...margins, ...drawn]) {
    await readXml(
      zip.chunks(part),
      collectParagraphs(out, {
        text: ['t'],
        paragraph: ['p'],
        tab: ['tab'],
        line: ['br', 'cr'],
        // Tabs in properties are definitions, not characters. `Fallback` repeats a drawing for older programs.
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
