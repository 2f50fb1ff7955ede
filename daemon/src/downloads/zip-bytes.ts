import { crc32 } from 'node:zlib'

/** A file or a folder to put into an archive. */
export type ArchiveEntry =
  | { readonly name: string; readonly lastModified: Date }
  | {
      readonly name: string
      readonly lastModified: Date
      readonly input: AsyncIterable<Uint8Array> | Uint8Array
      /** Most bytes that `input` has. */
      readonly maxSize: number
    }

/** The largest values of the fields that ZIP64 extends. In those fields they mean: see the extension. */
const FULL_16 = 0xff_ff
const FULL_32 = 0xff_ff_ff_ff
/** Numbers of the APPNOTE of the format, version 6.3.10. */
const UTF8_NAME = 0x08_00
const SIZES_FOLLOW = 0x00_08
const VERSION = 20
const ZIP64_VERSION = 45
const MADE_ON_UNIX = 3 << 8
const ZIP64_EXTRA = 1
const FOLDER_MODE = 0o040_755
const FILE_MODE = 0o100_644
const DOS_FOLDER = 0x10

interface Written {
  readonly name: Buffer
  readonly time: number
  readonly date: number
  readonly isFolder: boolean
  readonly isLarge: boolean
  readonly at: number
  crc: number
  size: number
}

/**
 * The bytes of a ZIP archive, not compressed (APPNOTE 6.3.10). The checksum and the size of a file follow its bytes. The
 * checksum is native: 128 KiB take 0.03 ms of the main thread.
 */
export async function* zipBytes(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Uint8Array> {
  const all: Written[] = []
  let at = 0
  for await (const entry of entries) {
    const hasInput = 'input' in entry
    const written: Written = {
      name: Buffer.from(entry.name),
      ...dosTime(entry.lastModified),
      isFolder: !hasInput,
      isLarge: hasInput && entry.maxSize >= FULL_32,
      at,
      crc: 0,
      size: 0,
    }
    all.push(written)
    const header = localHeader(written)
    at += header.length
    yield header
    if (!hasInput) continue
    for await (const chunk of entry.input instanceof Uint8Array ? [entry.input] : entry.input) {
      written.crc = crc32(chunk, written.crc)
      written.size += chunk.length
      yield chunk
    }
    const end = descriptor(written)
    at += written.size + end.length
    yield end
  }
  const start = at
  for (const written of all) {
    const header = centralHeader(written)
    at += header.length
    yield header
  }
  yield endOf({ count: all.length, start, end: at })
}

function localHeader({ date, isFolder, isLarge, name, time }: Written): Buffer {
  const extra = isLarge ? zip64Extra([0, 0]) : Buffer.alloc(0)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04_03_4b_50, 0)
  header.writeUInt16LE(isLarge ? ZIP64_VERSION : VERSION, 4)
  header.writeUInt16LE(flagsOf(isFolder), 6)
  header.writeUInt16LE(time, 10)
  header.writeUInt16LE(date, 12)
  if (isLarge) header.fill(0xff, 18, 26)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, name, extra])
}

function descriptor({ crc, isLarge, size }: Written): Buffer {
  const bytes = Buffer.alloc(isLarge ? 24 : 16)
  bytes.writeUInt32LE(0x08_07_4b_50, 0)
  bytes.writeUInt32LE(crc, 4)
  if (isLarge) {
    bytes.writeBigUInt64LE(BigInt(size), 8)
    bytes.writeBigUInt64LE(BigInt(size), 16)
  } else {
    bytes.writeUInt32LE(size, 8)
    bytes.writeUInt32LE(size, 12)
  }
  return bytes
}

function centralHeader({ at, crc, date, isFolder, isLarge, name, size, time }: Written): Buffer {
  const isFar = at >= FULL_32
  const extended = [...(isLarge ? [size, size] : []), ...(isFar ? [at] : [])]
  const extra = extended.length > 0 ? zip64Extra(extended) : Buffer.alloc(0)
  const version = extended.length > 0 ? ZIP64_VERSION : VERSION
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02_01_4b_50, 0)
  header.writeUInt16LE(MADE_ON_UNIX | version, 4)
  header.writeUInt16LE(version, 6)
  header.writeUInt16LE(flagsOf(isFolder), 8)
  header.writeUInt16LE(time, 12)
  header.writeUInt16LE(date, 14)
  header.writeUInt32LE(crc, 16)
  header.writeUInt32LE(isLarge ? FULL_32 : size, 20)
  header.writeUInt32LE(isLarge ? FULL_32 : size, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  if (isFolder) header.writeUInt16LE(DOS_FOLDER, 38)
  header.writeUInt16LE(isFolder ? FOLDER_MODE : FILE_MODE, 40)
  header.writeUInt32LE(isFar ? FULL_32 : at, 42)
  return Buffer.concat([header, name, extra])
}

function endOf({ count, end, start }: { count: number; end: number; start: number }): Buffer {
  const size = end - start
  const isLarge = count >= FULL_16 || size >= FULL_32 || start >= FULL_32
  const last = Buffer.alloc(22)
  last.writeUInt32LE(0x06_05_4b_50, 0)
  last.writeUInt16LE(Math.min(count, FULL_16), 8)
  last.writeUInt16LE(Math.min(count, FULL_16), 10)
  last.writeUInt32LE(Math.min(size, FULL_32), 12)
  last.writeUInt32LE(Math.min(start, FULL_32), 16)
  if (!isLarge) return last
  const record = Buffer.alloc(56)
  record.writeUInt32LE(0x06_06_4b_50, 0)
  // The rest of this record.
  record.writeBigUInt64LE(44n, 4)
  record.writeUInt16LE(MADE_ON_UNIX | ZIP64_VERSION, 12)
  record.writeUInt16LE(ZIP64_VERSION, 14)
  record.writeBigUInt64LE(BigInt(count), 24)
  record.writeBigUInt64LE(BigInt(count), 32)
  record.writeBigUInt64LE(BigInt(size), 40)
  record.writeBigUInt64LE(BigInt(start), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07_06_4b_50, 0)
  locator.writeBigUInt64LE(BigInt(end), 8)
  // One disk in all.
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([record, locator, last])
}

function zip64Extra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length)
  extra.writeUInt16LE(ZIP64_EXTRA, 0)
  extra.writeUInt16LE(8 * values.length, 2)
  values.forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i))
  return extra
}

function flagsOf(isFolder: boolean): number {
  return isFolder ? UTF8_NAME : UTF8_NAME | SIZES_FOLLOW
}

/** The local time, in steps of two seconds. The format has no earlier and no later years. */
function dosTime(given: Date): Pick<Written, 'date' | 'time'> {
  const at = new Date(Math.min(LAST_TIME, Math.max(FIRST_TIME, given.getTime())))
  return {
    time: (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1),
    date: ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate(),
  }
}

const [FIRST_TIME, LAST_TIME] = [new Date(1980, 0, 1).getTime(), new Date(2107, 11, 31).getTime()]
