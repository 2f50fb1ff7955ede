import { CoreError } from '../../../../util/errors.ts'
import { openOle } from '../ole-file.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { readWhole } from '../read-whole.ts'

/** The types of records ([MS-PPT], § 2.13.24). */
const DOCUMENT = 1_000
const SLIDE = 1_006
const NOTES = 1_008
const SLIDE_PLACE = 1_011
const TEXT_UTF16 = 4_000
const TEXT_LATIN1 = 4_008
const STRING = 4_026
const HEADERS_FOOTERS = 4_057
const COMMENT = 12_000
/**
 * Records of later versions of PowerPoint. They are in a record that is not marked as a container, although it is one.
 */
const LATER_RECORDS = 5_003
const SLIDE_LIST = 4_080
/** The instance number of a list of slides. The other instances are lists of masters and of notes. */
const OF_SLIDES = 0
/**
 * The instance numbers of strings that are text: of a header or footer, its date, its header and its footer; of a
 * comment, its author and its text. Other strings are names for programs.
 */
const STRINGS: ReadonlyMap<number, readonly number[]> = new Map([
  [HEADERS_FOOTERS, [0, 1, 2]],
  [COMMENT, [0, 1]],
])
/** Version of a record that contains records. */
const CONTAINER = 15
const HEADER_BYTES = 8
/** Limit on nesting. Real presentations nest about a dozen levels. */
const MAX_DEPTH = 32
/** The mark of an encrypted presentation in the stream `Current User`. */
const ENCRYPTED = 0xf3_d1_c4_df

interface Found {
  readonly type: number
  readonly instance: number
  readonly isContainer: boolean
  readonly data: Buffer
}

/** Reads PowerPoint files from 97 to 2003: a page for each slide, then one for each page of notes. */
export const read: ReadText = async (source, maxChars) => {
  const ole = openOle(await readWhole(source))
  const stream = ole.stream('PowerPoint Document')
  if (stream === null) throw new CoreError('Unsupported', 'it is older than PowerPoint 97')
  const user = ole.stream('Current User') ?? Buffer.alloc(0)
  if (user.length >= 16 && user.readUInt32LE(12) === ENCRYPTED)
    throw new CoreError('Unsupported', 'it is locked with a password')
  const out = new PageCollector(maxChars)
  for (const parts of pagesOf(stream)) {
    if (out.isFull) break
    out.begin()
    for (const part of parts) out.add(`${part}\n`)
  }
  return { engine: ownEngine, ...out.finish() }
}

/**
 * The texts of each page. The texts of placeholders are in the list of slides; those of other boxes are in the drawing
 * of the slide.
 */
function pagesOf(stream: Buffer): string[][] {
  const listed: string[][] = []
  const drawn: string[][] = []
  const notes: string[][] = []
  for (const record of recordsIn(stream)) {
    if (record.type === SLIDE) drawn.push(textsIn(record.data))
    if (record.type === NOTES) notes.push(textsIn(record.data))
    if (record.type === DOCUMENT) listed.push(...listedTexts(record.data))
  }
  const slides =
    listed.length === drawn.length ? listed.map((texts, i) => [...texts, ...drawn[i]!]) : [...listed, ...drawn]
  return [...slides, ...notes].filter((texts) => texts.length > 0)
}

function listedTexts(document: Buffer): string[][] {
  const slides: string[][] = []
  for (const list of recordsIn(document)) {
    if (list.type !== SLIDE_LIST || list.instance !== OF_SLIDES) continue
    for (const record of recordsIn(list.data)) {
      if (record.type === SLIDE_PLACE) slides.push([])
      const text = textOf(record)
      if (text !== '') slides.at(-1)?.push(text)
    }
  }
  return slides
}

function textsIn(data: Buffer, { depth = 0, parent = SLIDE } = {}): string[] {
  if (depth > MAX_DEPTH) return []
  return [...recordsIn(data)].flatMap((record) => {
    if (record.isContainer || record.type === LATER_RECORDS)
      return textsIn(record.data, { depth: depth + 1, parent: record.type })
    const isText = record.type !== STRING || (STRINGS.get(parent)?.includes(record.instance) ?? false)
    const text = isText ? textOf(record) : ''
    return text === '' ? [] : [text]
  })
}

/** The text of a record; empty for records of other types, and for `*`, which stands for the page number. */
function textOf({ data, type }: Found): string {
  if (type !== TEXT_UTF16 && type !== TEXT_LATIN1 && type !== STRING) return ''
  const text = type === TEXT_LATIN1 ? data.toString('latin1') : data.toString('utf16le')
  const lines = text.replaceAll(/[\r\v]/g, '\n').trim()
  return lines === '*' ? '' : lines
}

/** The records, one after another. A record that is longer than its container is cut off. */
function* recordsIn(data: Buffer): Generator<Found> {
  for (let at = 0; at + HEADER_BYTES <= data.length;) {
    const start = at + HEADER_BYTES
    const end = start + data.readUInt32LE(at + 4)
    const head = data.readUInt16LE(at)
    yield {
      type: data.readUInt16LE(at + 2),
      instance: head >>> 4,
      isContainer: (head & 15) === CONTAINER,
      data: data.subarray(start, end),
    }
    at = end
  }
}
