import { CoreError } from '../../../../util/errors.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { referred } from '../relationships.ts'
import { readXml, type XmlHandler } from '../xml.ts'
import { ZipArchive } from '../zip-archive.ts'

const WORKBOOK = 'xl/workbook.xml'
const SHARED = 'xl/sharedStrings.xml'
/** Limit of strings that cells share; further ones are left out. */
const MAX_SHARED = 500_000

/** Reads Excel files since 2007: a page for each sheet, a line for each row, a tab between cells. */
export const read: ReadText = async (source, maxChars) => {
  using zip = await ZipArchive.open(source)
  if (!zip.has(WORKBOOK)) throw new CoreError('Corrupt', 'there is no workbook in it')
  const shared = await sharedTexts(zip, maxChars)
  const out = new PageCollector(maxChars)
  for (const { member, title } of await referred(zip, WORKBOOK, 'sheet')) {
    if (out.isFull) break
    out.begin(title)
    await readXml(zip.chunks(member), collectCells(out, shared))
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

function collectCells(out: PageCollector, shared: readonly string[]): XmlHandler {
  let isShared = false
  let value: string[] | null = null
  let isFirst = true
  return {
    open(name, { t }) {
      if (name === 'c') isShared = t === 's'
      if (name === 'v' || name === 't') value = []
    },
    text: (piece) => value?.push(piece),
    close(name) {
      if (name === 'row') {
        out.add('\n')
        isFirst = true
      }
      if (value === null || (name !== 'v' && name !== 't')) return
      const written = value.join('')
      const text = isShared ? (shared[Number(written)] ?? '') : written
      value = null
      if (text === '') return
      out.add(isFirst ? text : `\t${text}`)
      isFirst = false
    },
    isDone: () => out.isFull,
  }
}
