import type { EntryKind } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { bytesToName, nameBytes, type RawName } from '../../util/file-name.ts'
import type { ByteReader } from './byte-reader.ts'
import type { MemberList } from './listing.ts'

const BLOCK = 512
/** Limit on headers with more data about the next member: a path, times, attributes. */
const MAX_EXTENSION_BYTES = 2 ** 20
/** No file is larger than 8 EiB; a larger number is not a size. */
const MAX_SIZE = 2 ** 63

interface Header {
  readonly name: Buffer
  readonly type: string
  readonly size: number
  readonly mtime: number
  /** GNU: a map of holes follows, and `realSize` is the file's own size. */
  readonly isMapped: boolean
  readonly realSize: number
}

/** The data from the headers before a member. */
interface Extension {
  path?: RawName
  size?: number
  realSize?: number
  mtime?: number
}

/**
 * Lists a tar: old, POSIX (ustar, pax) and GNU. Returns whether it read to the end. Throws `Unsupported` if the file is
 * not a tar; damage further in ends the list.
 */
export async function readTar(reader: ByteReader, list: MemberList): Promise<boolean> {
  let extension: Extension = {}
  for (let isFirst = true; ; isFirst = false) {
    if (list.isFull) return false
    const block = await reader.take(BLOCK)
    if (block.length === BLOCK && block.every((byte) => byte === 0)) return true
    const header = parseHeader(block)
    if (isFirst && !header) throw new CoreError('Unsupported', 'it is no tar')
    // A tar without its two final empty blocks is still complete.
    if (!header) return block.length === 0
    const { isMapped, type } = header
    if (isMapped) await skipMap(reader)
    if (EXTENSIONS.includes(type)) {
      const data = await readExtension(reader, header.size)
      if (!data) return false
      extension = { ...extension, ...parseExtension(type, data) }
      continue
    }
    const size = extension.size ?? header.size
    if (type !== 'V') {
      const realSize = extension.realSize ?? (type === 'S' ? header.realSize : size)
      const path = extension.path ?? bytesToName(new Uint8Array(header.name))
      const kind = kindOf(type, path)
      list.add({
        path,
        kind,
        size: kind === 'file' ? realSize : 0,
        compressedSize: null,
        modifiedMs: Math.trunc((extension.mtime ?? header.mtime) * 1_000),
        encrypted: false,
      })
    }
    extension = {}
    if (!WITHOUT_DATA.includes(type)) await reader.skip(toBlocks(size))
  }
}

/** Whether this block is the header of a member. */
export function isTarHeader(block: Buffer): boolean {
  return parseHeader(block) !== null
}

/** Headers with data for the next member (pax records, path, link target), or for all later members (`g`). */
const EXTENSIONS = 'xXLKg'
const WITHOUT_DATA = '23456V'

function kindOf(type: string, path: RawName): EntryKind {
  if (type === '5' || type === 'D') return 'directory'
  if (type === '2') return 'symlink'
  if ('346'.includes(type)) return 'other'
  // Before POSIX, a folder was a file with a slash at the end of its name.
  return nameBytes(path).at(-1) === SLASH ? 'directory' : 'file'
}

const SLASH = 0x2f

function parseHeader(block: Buffer): Header | null {
  if (block.length < BLOCK || !hasItsSum(block)) return null
  const size = readNumber(block, 124, 12)
  if (size === null || size < 0 || size > MAX_SIZE) return null
  const magic = block.toString('latin1', 257, 263)
  const prefix = magic === 'ustar\0' ? readText(block, 345, 155) : Buffer.alloc(0)
  const own = readText(block, 0, 100)
  const isGnu = magic === 'ustar '
  const type = block[156] === 0 ? '0' : String.fromCharCode(block[156]!)
  return {
    name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), own]) : own,
    type,
    size,
    mtime: readNumber(block, 136, 12) ?? 0,
    isMapped: isGnu && type === 'S' && block[482] !== 0,
    realSize: isGnu && type === 'S' ? (readNumber(block, 483, 12) ?? size) : size,
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

function readText(block: Buffer, at: number, length: number): Buffer {
  const field = block.subarray(at, at + length)
  const end = field.indexOf(0)
  return end < 0 ? field : field.subarray(0, end)
}

function toBlocks(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}

/** Null if it is cut off or too long. */
async function readExtension(reader: ByteReader, size: number): Promise<Buffer | null> {
  if (size > MAX_EXTENSION_BYTES) return null
  const data = await reader.take(toBlocks(size))
  return data.length < size ? null : data.subarray(0, size)
}

function parseExtension(type: string, data: Buffer): Extension {
  if (type === 'L') return { path: pathOf(data) }
  return type === 'x' || type === 'X' ? parsePax(data) : {}
}

function pathOf(data: Buffer): RawName {
  const end = data.indexOf(0)
  return bytesToName(new Uint8Array(end < 0 ? data : data.subarray(0, end)))
}

/** POSIX records: `<length> <key>=<value>\n`. */
function parsePax(data: Buffer): Extension {
  const found: Extension = {}
  // The real name of a sparse file. Its header has another name, for programs that do not support holes.
  let sparseName: RawName | undefined
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at)
    const length = Number.parseInt(data.toString('latin1', at, space), 10)
    if (space < 0 || !(length > space - at) || at + length > data.length) break
    const record = data.subarray(space + 1, at + length - 1)
    const equals = record.indexOf(0x3d)
    const value = record.subarray(equals + 1)
    const number = Number(value.toString('latin1'))
    const key = record.toString('latin1', 0, Math.max(0, equals))
    if (key === 'path') found.path = pathOf(value)
    if (key === 'GNU.sparse.name') sparseName = pathOf(value)
    if (key === 'mtime' && Number.isFinite(number)) found.mtime = number
    if (key === 'size' && number >= 0 && number <= MAX_SIZE) found.size = number
    if ((key === 'GNU.sparse.realsize' || key === 'GNU.sparse.size') && number >= 0) found.realSize = number
    at += length
  }
  return { ...found, ...(sparseName !== undefined && { path: sparseName }) }
}

/** Skips the blocks of the hole map that did not fit in the header. */
async function skipMap(reader: ByteReader): Promise<void> {
  for (;;) {
    const block = await reader.take(BLOCK)
    if (block.length < BLOCK || block[504] === 0) return
  }
}
