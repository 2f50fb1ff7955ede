import { withoutHeaderCodes } from './header-codes.ts'
import type { OleFile } from './ole-file.ts'

/** The types of records ([MS-XLS], § 2.3.1). */
const BOUND_SHEET = 0x85
const HEADER = 0x14
const FOOTER = 0x15
const BEGIN = 0x8_09
const END = 0x0a
const TEXT_OBJECT = 0x1_b6
const CONTINUE = 0x3c
const SERIES_TEXT = 0x10_0d
/** The version since Excel 97, as stated in a `BEGIN` record. */
const BIFF8 = 0x6_00
const RECORD_BYTES = 4
/** Offset of the number of characters in a text object. */
const COUNT_AT = 10
/** Bit of a text whose characters have two bytes. */
const WIDE = 1
/** Limit on sheets. When Excel creates a file, it allows 255, and more later. */
const MAX_SHEETS = 10_000

interface BiffRecord {
  readonly type: number
  readonly data: Buffer
}

/**
 * The texts that are not in cells, for each sheet of a workbook of Excel 97 to 2003: headers, footers, comments, text
 * boxes, titles of charts. Empty for older workbooks.
 */
export function biffTexts(ole: OleFile): string[][] {
  const stream = ole.stream('Workbook')
  if (stream === null) return []
  const places: number[] = []
  for (const { data, type } of recordsFrom(stream, 0)) {
    if (type === BEGIN && data.readUInt16LE(0) !== BIFF8) return []
    if (type === BOUND_SHEET && data.length >= 4 && places.length < MAX_SHEETS) places.push(data.readUInt32LE(0))
  }
  return places.map((place) => textsOf(recordsFrom(stream, place)))
}

/** The records of one sheet, with those of the charts in it. */
function* recordsFrom(stream: Buffer, place: number): Generator<BiffRecord> {
  let depth = 0
  for (let at = place; at + RECORD_BYTES <= stream.length;) {
    const type = stream.readUInt16LE(at)
    const end = at + RECORD_BYTES + stream.readUInt16LE(at + 2)
    const data = stream.subarray(at + RECORD_BYTES, end)
    if (type === BEGIN && data.length >= 2) depth++
    yield { type, data }
    if (type === END && --depth <= 0) return
    at = end
  }
}

function textsOf(records: Iterable<BiffRecord>): string[] {
  const texts: string[] = []
  /** The number of characters of a text object that are in the next records. */
  let left = 0
  for (const { data, type } of records) {
    if (type === CONTINUE && left > 0) {
      const part = characters(data.subarray(1), data[0] ?? 0).slice(0, left)
      left = part === '' ? 0 : left - part.length
      texts[texts.length - 1] += part
      continue
    }
    left = 0
    if ((type === HEADER || type === FOOTER) && data.length > 3)
      texts.push(withoutHeaderCodes(characters(data.subarray(3), data[2]!).slice(0, data.readUInt16LE(0))))
    else if (type === SERIES_TEXT && data.length > 4)
      texts.push(characters(data.subarray(4), data[3]!).slice(0, data[2]))
    else if (type === TEXT_OBJECT && data.length >= COUNT_AT + 2) {
      left = data.readUInt16LE(COUNT_AT)
      texts.push('')
    }
  }
  return texts.map((text) => text.replaceAll(/\r\n?/g, '\n').trim()).filter((text) => text !== '')
}

function characters(bytes: Buffer, flags: number): string {
  return bytes.toString((flags & WIDE) === 0 ? 'latin1' : 'utf16le')
}
