import { CoreError } from '../../../../util/errors.ts'
import { isDateFormat, serialText } from '../date-text.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { withoutHeaderCodes } from '../header-codes.ts'
import { collectParagraphs } from '../paragraphs.ts'
import { referred, relatedParts } from '../relationships.ts'
import { readXml, type XmlHandler } from '../xml.ts'
import { ZipArchive } from '../zip-archive.ts'

const WORKBOOK = 'xl/workbook.xml'
const SHARED = 'xl/sharedStrings.xml'
const STYLES = 'xl/styles.xml'
/** Limit on the strings that cells share; further ones are left out. */
const MAX_SHARED = 500_000
/** Limit on number formats and cell styles; Excel itself allows 65,490 styles. */
const MAX_STYLES = 65_536

/** Elements of a sheet with the text of headers and footers. */
const MARGINS = /^(?:odd|even|first)(?:Header|Footer)$/
/** Parts of a sheet with text outside the cells: comments of both sorts, boxes and, in a drawing, charts. */
const BESIDE = /\/(?:comments\d*|threadedComments?\/|drawings\/drawing\d)/i
const CHARTS = /\/charts\/chart\d/
const besideRules = { text: ['t', 'text'], paragraph: ['p', 'comment', 'threadedComment'], skip: ['rPh', 'Fallback'] }

/** The data of a workbook that its cells refer to. */
interface Workbook {
  /** The strings that cells share. */
  readonly shared: readonly string[]
  /** For each cell style, whether it shows a number as a date. */
  readonly dateStyles: readonly boolean[]
  readonly is1904: boolean
}

/** Reads Excel files since 2007: a page for each sheet, a line for each row, a tab between cells, dates in ISO 8601. */
export const read: ReadText = async (source, maxChars) => {
  using zip = await ZipArchive.open(source)
  if (!zip.has(WORKBOOK)) throw new CoreError('Corrupt', 'there is no workbook in it')
  const shared = await sharedTexts(zip, maxChars)
  const workbook = { shared, dateStyles: await readDateStyles(zip), is1904: await countsFrom1904(zip) }
  const out = new PageCollector(maxChars)
  for (const { member, title } of await referred(zip, WORKBOOK, 'sheet')) {
    if (out.isFull) break
    out.begin(title)
    await readXml(zip.chunks(member), collectCells(out, workbook))
    for (const part of await relatedParts(zip, member, BESIDE)) {
      await readXml(zip.chunks(part), collectParagraphs(out, besideRules))
      for (const chart of await relatedParts(zip, part, CHARTS))
        await readXml(zip.chunks(chart), collectParagraphs(out, besideRules))
    }
  }
  return { engine: ownEngine, ...out.finish() }
}

async function sharedTexts(zip: ZipArchive, maxChars: number): Promise<string[]> {
  const texts: string[] = []
  let parts: string[] = []
  let chars = 0
  let inText = false
  let inPhonetic = false
  await readXml(zip.chunks(SHARED), {
    open(name) {
      if (name === 't') inText = true
      if (name === 'rPh') inPhonetic = true
    },
    text(piece) {
      if (!inText || inPhonetic) return
      chars += piece.length
      parts.push(piece)
    },
    close(name) {
      if (name === 't') inText = false
      if (name === 'rPh') inPhonetic = false
      if (name !== 'si') return
      texts.push(parts.join(''))
      parts = []
    },
    isDone: () => chars > maxChars || texts.length >= MAX_SHARED,
  })
  return texts
}

/** Whether the workbook counts days from 1904, as on old Macintoshes. */
async function countsFrom1904(zip: ZipArchive): Promise<boolean> {
  let is1904 = false
  await readXml(zip.chunks(WORKBOOK), {
    open(name, { date1904 }) {
      if (name === 'workbookPr') is1904 = date1904 === '1' || date1904 === 'true'
    },
  })
  return is1904
}

async function readDateStyles(zip: ZipArchive): Promise<boolean[]> {
  const formats = new Map<number, string>()
  const styles: boolean[] = []
  let isInCells = false
  await readXml(zip.chunks(STYLES), {
    open(name, { formatCode, numFmtId }) {
      if (name === 'cellXfs') isInCells = true
      if (name === 'numFmt' && formatCode !== undefined && formats.size < MAX_STYLES)
        formats.set(Number(numFmtId), formatCode)
      if (name === 'xf' && isInCells) styles.push(isDateFormat(Number(numFmtId), formats.get(Number(numFmtId))))
    },
    close(name) {
      if (name === 'cellXfs') isInCells = false
    },
    isDone: () => styles.length >= MAX_STYLES,
  })
  return styles
}

function collectCells(out: PageCollector, { dateStyles, is1904, shared }: Workbook): XmlHandler {
  let isShared = false
  let isDate = false
  let value: string[] | null = null
  let isFirst = true
  let margin: string[] | null = null
  return {
    open(name, { s, t }) {
      if (name === 'c') {
        isShared = t === 's'
        isDate = (t === undefined || t === 'n') && dateStyles[Number(s)] === true
      }
      if (name === 'v' || name === 't') value = []
      if (MARGINS.test(name)) margin = []
    },
    text: (piece) => (value ?? margin)?.push(piece),
    close(name) {
      if (name === 'row') {
        out.add('\n')
        isFirst = true
      }
      if (MARGINS.test(name) && margin) {
        out.add(`${withoutHeaderCodes(margin.join(''))}\n`)
        margin = null
      }
      if (value === null || (name !== 'v' && name !== 't')) return
      const written = value.join('')
      const date = isDate ? serialText(Number(written), is1904) : null
      const text = isShared ? (shared[Number(written)] ?? '') : (date ?? written)
      value = null
      if (text === '') return
      out.add(isFirst ? text : `\t${text}`)
      isFirst = false
    },
    isDone: () => out.isFull,
  }
}
