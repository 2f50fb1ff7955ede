import { CoreError } from '../../../../util/errors.ts'
import { collectHtml, titles } from '../html-text.ts'
import { PageCollector } from '../page-collector.ts'
import { ownEngine, type ReadText } from '../reader.ts'
import { readWhole } from '../read-whole.ts'

/** Offsets in a Palm database (PDB). */
const NAME = { at: 0, length: 32 }
const RECORD_COUNT = 76
const RECORD_LIST = 78
const RECORD_ENTRY_BYTES = 8
/** Offsets in record 0: the PalmDOC header, followed by the MOBI header. */
const COMPRESSION = 0
const TEXT_BYTES = 4
const TEXT_RECORDS = 8
const ENCRYPTION = 12
const MOBI = 16
const MOBI_LENGTH = 20
const ENCODING = 28
const FLAGS = 242
/** If a MOBI header is at least this long, it has flags. */
const LENGTH_WITH_FLAGS = 228
const UTF8 = 65_001

const PLAIN = 1
const PALM = 2
/** Limit on the unpacked text of a record. All known programs write 4,096 bytes. */
const MAX_RECORD_BYTES = 65_536
/** Limit on the unpacked text of a book. */
const MAX_BOOK_BYTES = 32 * 2 ** 20

/**
 * Reads books of Mobipocket, early Kindles and PalmDOC. The formats are those that the MobileRead wiki describes (PDB,
 * PalmDOC, MOBI).
 */
export const read: ReadText = async (source, maxChars) => {
  const file = await readWhole(source)
  const head = recordAt(file, 0)
  if (head.length < 16) throw new CoreError('Corrupt', 'it has no head')
  if (head.readUInt16BE(ENCRYPTION) !== 0)
    throw new CoreError('Unsupported', 'it can only be read by the program it was sold for')
  const isMobi = head.length > FLAGS && head.toString('latin1', MOBI, MOBI + 4) === 'MOBI'
  const decoder = new TextDecoder(isMobi && head.readUInt32BE(ENCODING) === UTF8 ? 'utf-8' : 'windows-1252')
  const text = decoder.decode(textBytes(file, head, isMobi))
  const out = new PageCollector(maxChars)
  out.begin(file.toString('latin1', NAME.at, NAME.length).replace(/\0.*/s, '').replaceAll('_', ' '))
  if (/<(html|body|p|div)\b/i.test(text)) collectHtml(text, out, titles.chapter)
  else out.add(text)
  return { engine: ownEngine, ...out.finish() }
}

function textBytes(file: Buffer, head: Buffer, isMobi: boolean): Buffer {
  const compression = head.readUInt16BE(COMPRESSION)
  if (compression !== PLAIN && compression !== PALM)
    throw new CoreError('Unsupported', 'no engine here reads its compression (HUFF/CDIC)')
  const flags = isMobi && head.readUInt32BE(MOBI_LENGTH) >= LENGTH_WITH_FLAGS ? head.readUInt16BE(FLAGS) : 0
  const count = Math.min(head.readUInt16BE(TEXT_RECORDS), file.readUInt16BE(RECORD_COUNT) - 1)
  const parts: Buffer[] = []
  let size = 0
  for (let i = 1; i <= count && size < MAX_BOOK_BYTES; i++) {
    const record = withoutTrailers(recordAt(file, i), flags)
    const part = compression === PALM ? unpacked(record) : record
    parts.push(part)
    size += part.length
  }
  // In books for newer Kindles, style sheets follow the text.
  return Buffer.concat(parts).subarray(0, head.readUInt32BE(TEXT_BYTES))
}

/** The bytes of a record; empty if the file is cut off before it. */
function recordAt(file: Buffer, index: number): Buffer {
  const count = file.length > RECORD_LIST ? file.readUInt16BE(RECORD_COUNT) : 0
  const entry = RECORD_LIST + index * RECORD_ENTRY_BYTES
  if (index >= count || entry + 4 > file.length) return Buffer.alloc(0)
  const next = entry + RECORD_ENTRY_BYTES
  const end = index + 1 < count && next + 4 <= file.length ? file.readUInt32BE(next) : file.length
  return file.subarray(file.readUInt32BE(entry), end)
}

/**
 * Removes the entries at the end of a record. The lowest flag stands for the rest of a split character. Each other
 * flag stands for an entry that ends with its own size.
 */
function withoutTrailers(record: Buffer, flags: number): Buffer {
  let end = record.length
  for (let rest = flags >>> 1; rest !== 0; rest &= rest - 1) end -= backwardSize(record, end)
  if ((flags & 1) !== 0 && end > 0) end -= (record[end - 1]! & 3) + 1
  return record.subarray(0, Math.max(0, end))
}

/**
 * Reads a number backwards from its last byte. Each byte has seven bits, and the first byte of the number has the
 * highest bit set.
 */
function backwardSize(record: Buffer, end: number): number {
  let size = 0
  for (let i = 0; i < 4 && end - 1 - i >= 0; i++) {
    const byte = record[end - 1 - i]!
    size |= (byte & 0x7f) << (7 * i)
    if ((byte & 0x80) !== 0) break
  }
  return size
}

/**
 * Unpacks the compression of PalmDOC: plain bytes, runs of plain bytes, a space with a letter, and copies of earlier
 * text.
 */
function unpacked(record: Buffer): Buffer {
  const out = Buffer.alloc(MAX_RECORD_BYTES)
  let size = 0
  const put = (byte: number) => {
    if (size < out.length) out[size++] = byte
  }
  for (let at = 0; at < record.length && size < out.length;) {
    const code = record[at++]!
    if (code === 0 || (code > 8 && code < 0x80)) put(code)
    else if (code <= 8) {
      for (const byte of record.subarray(at, at + code)) put(byte)
      at += code
    } else if (code >= 0xc0) {
      put(0x20)
      put(code ^ 0x80)
    } else {
      const pair = ((code << 8) | (record[at++] ?? 0)) & 0x3f_ff
      const distance = pair >>> 3
      if (distance === 0 || distance > size) break
      for (let left = (pair & 7) + 3; left > 0; left--) put(out[size - distance]!)
    }
  }
  return out.subarray(0, size)
}
