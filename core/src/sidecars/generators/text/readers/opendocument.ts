import { CoreError } from '../../../../util/errors.ts'
import { fsPath } from '../../../../util/file-name.ts'
import { createReadStream } from 'node:fs'
import { decoderFor, readStart } from '../decode-text.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { attribute, readXml, type XmlHandler } from '../xml.ts'
import { ZipArchive } from '../zip-archive.ts'

/** Limit on the spaces that one element may represent. */
const MAX_SPACES = 100
/** Enough bytes to distinguish XML, with or without a byte-order mark, from a zip. */
const HEAD_BYTES = 64
const skipped = new Set([
  'automatic-styles',
  'styles',
  'master-styles',
  'scripts',
  'font-face-decls',
  'tracked-changes',
  'binary-data',
  // The number of a note, which is not part of the text.
  'note-citation',
])

/** Reads OpenDocument, as a zip or as one XML file: a page for each slide or sheet, or else one page. */
export const read: ReadText = async (source, maxChars) => {
  const out = new PageCollector(maxChars)
  const { bytes } = await readStart(source, HEAD_BYTES)
  const head = decoderFor(bytes).decode(bytes)
  if (head.startsWith('<')) {
    await readXml(createReadStream(fsPath(source)), collectContent(out))
    return { engine: ownEngine, ...out.finish() }
  }
  using zip = await ZipArchive.open(source)
  if (!zip.has('content.xml')) throw new CoreError('Corrupt', 'there is no content in it')
  if ((await zip.bytes('META-INF/manifest.xml'))?.includes('encryption-data'))
    throw new CoreError('Unsupported', 'it is locked with a password')
  await readXml(zip.chunks('content.xml'), collectContent(out))
  await readXml(zip.chunks('styles.xml'), collectMargins(out))
  return { engine: ownEngine, ...out.finish() }
}

/** Elements with the header or footer of slides. */
const DECLARATIONS = new Set(['header-decl', 'footer-decl'])
/** Limit on the characters in these elements. */
const MAX_DECLARED = 10_000

/** Elements of a page style with text that is repeated on each page. */
const MARGINS = new Set(['header', 'footer', 'header-left', 'footer-left', 'header-first', 'footer-first'])

/** Headers and footers of text documents. The sheets of new spreadsheets have only fields in them. */
function collectMargins(out: PageCollector): XmlHandler {
  let inMargin = 0
  let inText = 0
  return {
    open(name) {
      if (MARGINS.has(name)) inMargin++
      if (inMargin > 0 && (name === 'p' || name === 'h')) inText++
    },
    text(piece) {
      if (inText > 0) out.add(piece)
    },
    close(name) {
      if (MARGINS.has(name)) inMargin--
      if (inText === 0 || (name !== 'p' && name !== 'h')) return
      inText--
      out.add('\n')
    },
    isDone: () => out.isFull,
  }
}

function collectContent(out: PageCollector): XmlHandler {
  let inSkipped = 0
  let inText = 0
  let inSheets = false
  let inDeclaration = false
  /** Texts of the headers and footers of slides, which are declared before the first slide. */
  let declared = ''
  return {
    open(name, attributes) {
      if (skipped.has(name)) inSkipped++
      if (inSkipped > 0) return
      if (name === 'spreadsheet') inSheets = true
      if (DECLARATIONS.has(name)) inDeclaration = true
      if (name === 'page' || (name === 'table' && inSheets)) {
        out.begin(attribute(attributes, 'name'))
        out.add(declared)
        declared = ''
      }
      // A note, a comment or a box that is anchored in a paragraph does not belong to its words.
      if (inText > 0 && (name === 'annotation' || name === 'p' || name === 'h')) out.add('\n')
      if (name === 'p' || name === 'h') inText++
      if (inText === 0) return
      if (name === 'tab') out.add('\t')
      if (name === 'line-break') out.add('\n')
      if (name === 's') out.add(' '.repeat(Math.min(MAX_SPACES, Math.max(1, Number(attribute(attributes, 'c')) || 1))))
    },
    text(piece) {
      if (inDeclaration && declared.length < MAX_DECLARED) declared += piece
      if (inText > 0 && inSkipped === 0) out.add(piece)
    },
    close(name) {
      if (skipped.has(name)) inSkipped--
      if (inSkipped > 0) return
      if (DECLARATIONS.has(name)) {
        inDeclaration = false
        declared += '\n'
      }
      if (name === 'creator' && inText > 0) out.add('\n')
      if (name === 'p' || name === 'h') {
        inText--
        out.add(inSheets ? '\t' : '\n')
      }
      if (name === 'table-row' && inSheets) out.add('\n')
    },
    isDone: () => out.isFull,
  }
}
