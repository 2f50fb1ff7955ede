import type { ByteReader } from './byte-reader.ts'
import { CoreError } from './errors.ts'

const BLOCK = 512
/** The largest header that adds to the next member's header, in bytes, and the most of them before one member. */
const MAX_EXTENSION_BYTES = 2 ** 20
const MAX_EXTENSIONS = 8
/** No file is larger than 8 EiB; a larger number is not a size. */
const MAX_SIZE = 2 ** 63

/** A member of a tar, by its own header and the headers before it. */
export interface TarHeader {
  readonly path: Buffer
  /** The letter of its type. An old file is `0`, like a new one. */
  readonly type: string
  /** Bytes that the archive holds of it. */
  readonly dataBytes: number
  /** `dataBytes`, rounded up to whole blocks. Skip them before the next header is read. */
  readonly dataBlockBytes: number
  /** Size of the file, with the holes of a sparse file. */
  readonly size: number
  /** Seconds since 1970. */
  readonly mtime: number
}

/** Facts about the next member from the headers before it, because the member's own header has no room for them. */
interface Extension {
  path?: Buffer
  size?: number
  realSize?: number
  mtime?: number
}

/**
 * Reads the header of the next member of a tar: old, POSIX (ustar, pax) or GNU. Null at the end: an empty block, or no
 * more bytes, because a tar without its two final empty blocks is still complete. Throws `Corrupt` if the archive is
 * damaged here, or is no tar. If an added header is damaged, or there are too many of them, calls `isTolerant`: true
 * uses what can be read of it; false throws.
 */
export async function readTarHeader(reader: ByteReader, isTolerant = () => false): Promise<TarHeader | null> {
  const refuse = (message: string) => {
    if (!isTolerant()) throw new CoreError('Corrupt', message)
  }
  let extension: Extension = {}
  for (let extensions = 0; ; extensions++) {
    const block = await reader.take(BLOCK)
    if (block.length === 0 || isEmptyBlock(block)) return null
    if (block.length < BLOCK) throw new CoreError('Corrupt', ENDS_EARLY)
    const header = parseHeader(block)
    if (!header) throw new CoreError('Corrupt', NO_TAR)
    if (header.isMapped) await skipMap(reader)
    if (!EXTENSIONS.includes(header.type)) return join(header, extension)
    if (header.size > MAX_EXTENSION_BYTES) throw new CoreError('Corrupt', LARGE_HEADER)
    if (extensions >= MAX_EXTENSIONS) refuse(LARGE_HEADER)
    const data = await reader.take(toBlocks(header.size))
    if (data.length < header.size) throw new CoreError('Corrupt', ENDS_EARLY)
    extension = { ...extension, ...parseExtension(header.type, data.subarray(0, header.size), refuse) }
  }
}

/** Whether an archive that begins with this block is a tar; an empty block is a tar without members. */
export function isTarStart(block: Buffer): boolean {
  return isTarHeader(block) || isEmptyBlock(block)
}

/** Whether this block is the header of a member. */
export function isTarHeader(block: Buffer): boolean {
  return parseHeader(block) !== null
}

function isEmptyBlock(block: Buffer): boolean {
  return block.length === BLOCK && block.every((byte) => byte === 0)
}

/** Headers with data for the next member (pax records, path, link target), or for all later members (`g`). */
const EXTENSIONS = 'xXLKg'
const WITHOUT_DATA = '23456V'

const ENDS_EARLY = 'the archive ends too early'
const LARGE_HEADER = 'a file in the archive has too large a header'
const NO_TAR = 'it is no tar archive'
const DAMAGED_RECORDS = 'the header of a file in the archive is damaged'

interface OwnHeader {
  readonly path: Buffer
  readonly type: string
  readonly size: number
  readonly mtime: number
  /** GNU: a map of holes follows, and `realSize` is the file's own size. */
  readonly isMapped: boolean
  readonly realSize: number | null
}

function join(own: OwnHeader, extension: Extension): TarHeader {
  const size = extension.size ?? own.size
  const dataBytes = WITHOUT_DATA.includes(own.type) ? 0 : size
  return {
    path: extension.path ?? own.path,
    type: own.type,
    dataBytes,
    dataBlockBytes: toBlocks(dataBytes),
    size: extension.realSize ?? own.realSize ?? size,
    mtime: extension.mtime ?? own.mtime,
  }
}

function parseHeader(block: Buffer): OwnHeader | null {
  if (block.length < BLOCK || !hasItsSum(block)) return null
  const size = readNumber(block, 124, 12)
  if (size === null || size < 0 || size > MAX_SIZE) return null
  const magic = block.toString('latin1', 257, 263)
  // GNU tar stores other data where POSIX has the first part of a long path.
  const prefix = magic === 'ustar\0' ? upToNul(block.subarray(345, 500)) : Buffer.alloc(0)
  const name = upToNul(block.subarray(0, 100))
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156]!)
  const isSparse = magic === 'ustar ' && type === 'S'
  return {
    path: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name,
    type,
    size,
    mtime: readNumber(block, 136, 12) ?? 0,
    isMapped: isSparse && block[482] !== 0,
    realSize: isSparse ? readNumber(block, 483, 12) : null,
  }
}

/**
 * Whether the checksum is correct: the sum of all bytes, with the sum's own bytes as spaces. Old programs used signed
 * bytes.
 */
function hasItsSum(block: Buffer): boolean {
  const stated = readNumber(block, 148, 8)
  let unsigned = 0
  let signed = 0
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : block[i]!
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  return stated === unsigned || stated === signed
}

/** Octal digits, or a binary number in two's complement if the first bit is set. */
function readNumber(block: Buffer, at: number, length: number): number | null {
  const first = block[at]!
  if ((first & 0x80) === 0) {
    const text = block
      .toString('latin1', at, at + length)
      .replaceAll('\0', ' ')
      .trim()
    return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : null
  }
  let value = first & 0x40 ? (first & 0x7f) - 0x80 : first & 0x7f
  for (let i = at + 1; i < at + length; i++) value = value * 256 + block[i]!
  return value
}

function upToNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

function toBlocks(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}

/** `refuse` is called with the damage that is found; if it returns, the rest is read. */
function parseExtension(type: string, data: Buffer, refuse: (message: string) => void): Extension {
  if (type === 'L') return { path: upToNul(data) }
  return type === 'x' || type === 'X' ? parsePax(data, refuse) : {}
}

/** POSIX records: `<length> <key>=<value>\n`. The length is that of the whole record in bytes. */
function parsePax(data: Buffer, refuse: (message: string) => void): Extension {
  const found: Extension = {}
  // The real name of a sparse file. Its header has another name, for programs that do not support holes.
  let sparseName: Buffer | undefined
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at)
    const length = Number.parseInt(data.toString('latin1', at, space), 10)
    if (space < 0 || !(length > space - at) || at + length > data.length) {
      refuse(DAMAGED_RECORDS)
      break
    }
    const record = data.subarray(space + 1, at + length - 1)
    const equals = record.indexOf(0x3d)
    if (equals < 0) refuse(DAMAGED_RECORDS)
    const value = record.subarray(equals + 1)
    const number = Number(value.toString('latin1'))
    const key = record.toString('latin1', 0, Math.max(0, equals))
    if (key === 'path') found.path = upToNul(value)
    if (key === 'GNU.sparse.name') sparseName = upToNul(value)
    if (key === 'mtime' && Number.isFinite(number)) found.mtime = number
    if (key === 'size') {
      if (number >= 0 && number <= MAX_SIZE) found.size = number
      else refuse(NO_TAR)
    }
    if ((key === 'GNU.sparse.realsize' || key === 'GNU.sparse.size') && number >= 0) found.realSize = number
    at += length
  }
  return sparseName ? { ...found, path: sparseName } : found
}

/** Skips the blocks of the hole map that did not fit in the header. */
async function skipMap(reader: ByteReader): Promise<void> {
  for (;;) {
    const block = await reader.take(BLOCK)
    if (block.length < BLOCK || block[504] === 0) return
  }
}
