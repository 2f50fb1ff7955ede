import { CFB, utils, write } from '@e965/xlsx'

/** The part of the library's writer of OLE files that is used. */
interface OleWriter {
  readonly utils: { cfb_new(): object; cfb_add(file: object, name: string, content: Uint8Array): void }
  write(file: object, options: { type: 'buffer' }): Buffer
}

type Cell = string | number | Date

/** A workbook with sheets of rows, in the format of Excel 97 or the binary one of today. */
export function makeWorkbook(
  sheets: Readonly<Record<string, Cell[][]>>,
  bookType: 'biff8' | 'ods' | 'xlsb' | 'xlsx',
): Buffer {
  const book = utils.book_new()
  for (const [name, rows] of Object.entries(sheets))
    utils.book_append_sheet(book, utils.aoa_to_sheet(rows, { cellDates: true, UTC: true }), name)
  return write(book, { type: 'buffer', bookType, UTC: true } as never) as Buffer
}

interface Slide {
  /** The text of its placeholders, which stands in the list of slides. */
  readonly title: string
  /** The text of its other boxes, which stands in its drawing. */
  readonly box: string
  readonly footer?: string
  readonly comment?: string
}

/** A presentation of PowerPoint 97, with a page of notes. */
export function makePowerPoint97(slides: readonly Slide[], notes: string): Buffer {
  const list = slides.flatMap(({ title }) => [record(1_011, Buffer.alloc(20)), utf16(title)])
  const document = container(1_000, [container(4_080, list)])
  const drawn = slides.map(({ box, comment, footer }) =>
    container(1_006, [
      container(1_036, [latin1(box)]),
      ...(footer === undefined ? [] : [container(4_057, [string(2, footer)])]),
      ...(comment === undefined ? [] : [commentRecord(comment)]),
    ]),
  )
  const stream = Buffer.concat([document, ...drawn, container(1_008, [latin1('*'), utf16(notes)])])
  const ole = CFB as OleWriter
  const file = ole.utils.cfb_new()
  // A larger stream than the smallest that has sectors of its own.
  ole.utils.cfb_add(file, '/PowerPoint Document', Buffer.concat([stream, record(0, Buffer.alloc(8_192))]))
  ole.utils.cfb_add(file, '/Current User', Buffer.alloc(32))
  return ole.write(file, { type: 'buffer' })
}

function container(type: number, parts: readonly Buffer[]): Buffer {
  return record(type, Buffer.concat(parts), 15)
}

/** A comment, among the records that a later version of PowerPoint has added. */
function commentRecord(text: string): Buffer {
  const comment = container(12_000, [string(0, 'Ann'), string(1, text), string(2, 'A')])
  return container(5_000, [container(5_002, [string(0, '___PPT10'), record(5_003, comment)])])
}

/** A string; its instance tells its meaning. */
function string(instance: number, text: string): Buffer {
  return record(4_026, Buffer.from(text, 'utf16le'), instance << 4)
}

function utf16(text: string): Buffer {
  return record(4_000, Buffer.from(text, 'utf16le'))
}

function latin1(text: string): Buffer {
  return record(4_008, Buffer.from(text, 'latin1'))
}

function record(type: number, data: Buffer, head = 0): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt16LE(head, 0)
  header.writeUInt16LE(type, 2)
  header.writeUInt32LE(data.length, 4)
  return Buffer.concat([header, data])
}

interface Book {
  readonly title: string
  readonly html: string
  /** Whether the records are packed as PalmDOC packs them. */
  readonly isPacked: boolean
  readonly isEncrypted?: boolean
}

/** A book of Mobipocket with records of 4,096 bytes, and style sheets after the text. */
export function makeMobipocket({ html, isEncrypted = false, isPacked, title }: Book): Buffer {
  const text = Buffer.from(html, 'utf8')
  const records: Buffer[] = []
  for (let at = 0; at < text.length; at += 4_096) {
    const part = text.subarray(at, at + 4_096)
    records.push(isPacked ? packed(part) : part)
  }
  const head = Buffer.alloc(248)
  head.writeUInt16BE(isPacked ? 2 : 1, 0)
  head.writeUInt32BE(text.length, 4)
  head.writeUInt16BE(records.length + 1, 8)
  head.writeUInt16BE(isEncrypted ? 2 : 0, 12)
  head.write('MOBI', 16, 'latin1')
  head.writeUInt32BE(232, 20)
  head.writeUInt32BE(65_001, 28)
  return palmDatabase(title, [head, ...records, Buffer.from('p { color: crimson }')])
}

function palmDatabase(title: string, records: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(78 + records.length * 8)
  head.write(title.replaceAll(' ', '_'), 0, 31, 'latin1')
  head.write('BOOKMOBI', 60, 'latin1')
  head.writeUInt16BE(records.length, 76)
  let at = head.length
  for (const [i, { length }] of records.entries()) {
    head.writeUInt32BE(at, 78 + i * 8)
    at += length
  }
  return Buffer.concat([head, ...records])
}

/** Uses each code of the compression: a space with a letter, a copy of earlier text, and plain runs. */
function packed(part: Buffer): Buffer {
  const out: number[] = []
  for (let at = 0; at < part.length;) {
    const byte = part[at]!
    const next = part[at + 1]
    const copy = at < 5 ? -1 : part.lastIndexOf(part.subarray(at, at + 5), at - 5)
    if (at + 5 <= part.length && copy >= 0 && at - copy < 2_048) {
      const pair = 0x80_00 | ((at - copy) << 3) | 2
      out.push(pair >>> 8, pair & 0xff)
      at += 5
    } else if (byte === 0x20 && next !== undefined && next >= 0x40 && next < 0x80) {
      out.push(next ^ 0x80)
      at += 2
    } else {
      if (byte > 8 && byte < 0x80) out.push(byte)
      else out.push(1, byte)
      at++
    }
  }
  return Buffer.from(out)
}
