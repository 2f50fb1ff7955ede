import { CFB } from '@e965/xlsx'
import { CoreError } from '../../../../util/errors.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { readWhole } from '../read-whole.ts'

/** The part of the library's reader of OLE files that is used. */
interface OleReader {
  read(bytes: Uint8Array, options: { type: 'buffer' }): unknown
  find(file: unknown, name: string): { readonly content?: Uint8Array } | null
}

/** The types of records ([MS-PPT], § 2.13.24). */
const DOCUMENT = 1_000
const SLIDE = 1_006
const NOTES = 1_008
const SLIDE_PLACE = 1_011
const TEXT_UTF16 = 4_000
const TEXT_LATIN1 = 4_008
const SLIDE_LIST = 4_080
/** The instance of a list of slides; others list masters and notes. */
const OF_SLIDES = 0
/** Version of a record that contains records. */
const CONTAINER = 15
const HEADER_BYTES = 8
/** Real presentations nest a dozen deep. */
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
  const ole = CFB as OleReader
  const file = ole.read(await readWhole(source), { type: 'buffer' })
  const stream = ole.find(file, 'PowerPoint Document')?.content
  if (stream === undefined) throw new CoreError('Unsupported', 'it is older than PowerPoint 97')
  const user = Buffer.from(ole.find(file, 'Current User')?.content ?? [])
  if (user.length >= 16 && user.readUInt32LE(12) === ENCRYPTED)
    throw new CoreError('Unsupported', 'it is locked with a password')
  const out = new PageCollector(maxChars)
  for (const parts of pagesOf(Buffer.from(stream))) {
    if (out.isFull) break
    out.begin()
    for (const part of parts) out.add(`${part}\n`)
  }
  return { engine: ownEngine, ...out.finish() }
}

/** The texts of each page. Placeholders have theirs in the list of slides, other boxes in the drawing of the slide. */
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

function textsIn(data: Buffer, depth = 0): string[] {
  if (depth > MAX_DEPTH) return []
  return [...recordsIn(data)].flatMap((record) => {
    if (record.isContainer) return textsIn(record.data, depth + 1)
    const text = textOf(record)
    return text === '' ? [] : [text]
  })
}

/** Empty for another record, and for `*`, which stands for the number of a page. */
function textOf({ data, type }: Found): string {
  if (type !== TEXT_UTF16 && type !== TEXT_LATIN1) return ''
  const text = type === TEXT_UTF16 ? data.toString('utf16le') : data.toString('latin1')
  const lines = text.replaceAll(/[\r\v]/g, '\n').trim()
  return lines === '*' ? '' : lines
}

/** The records one after the other. A record that is longer than its place is cut. */
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
