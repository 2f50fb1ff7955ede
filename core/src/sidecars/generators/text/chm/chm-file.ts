import { CoreError } from '../../../../util/errors.ts'
import { unpackLzx } from './lzx.ts'

/** The entry of a file in a help file. */
interface ChmEntry {
  /** 0: stored unpacked; otherwise, the file is in the packed part. */
  readonly section: number
  readonly offset: number
  readonly length: number
}

/** Offsets in the header of the file (ITSF) and in the header of its directory (ITSP). */
const VERSION = 4
const DIRECTORY = 0x48
const DIRECTORY_LENGTH = 0x50
const DATA = 0x58
const LAST_VERSION_WITHOUT_DATA = 2
const ITSP_LENGTH = 8
const CHUNK_BYTES = 0x10
const CHUNK_COUNT = 0x2c
/** Size of the header of a chunk with names, and the offset of the number of its unused bytes. */
const CHUNK_HEAD = 20
const CHUNK_UNUSED = 4

const PACKED = '::DataSpace/Storage/MSCompressed/'
const CONTROL = `${PACKED}ControlData`
const RESETS = `${PACKED}Transform/{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/InstanceData/ResetTable`
const CONTENT = `${PACKED}Content`
/** From version 2 on, sizes in the control data are multiples of 32 KiB. */
const UNIT = 0x8000

const MAX_ENTRIES = 100_000
/** Limit on the bytes of all unpacked pages. */
const MAX_UNPACKED_BYTES = 256 * 2 ** 20
/** Limit on the bytes between two positions where unpacking can begin. */
const MAX_BLOCK_BYTES = 16 * 2 ** 20

/** The files in a compiled HTML help file (ITSF). Each is unpacked on request. */
export class ChmFile {
  readonly #file: Buffer
  readonly #data: number
  readonly #entries: ReadonlyMap<string, ChmEntry>
  #packed: PackedPart | null = null

  /** Throws `Corrupt` if the bytes are not a help file. */
  constructor(file: Buffer) {
    this.#file = file
    if (file.toString('latin1', 0, 4) !== 'ITSF') throw new CoreError('Corrupt', 'it is no help file')
    const directory = Number(file.readBigUInt64LE(DIRECTORY))
    const after = directory + Number(file.readBigUInt64LE(DIRECTORY_LENGTH))
    const hasData = file.readUInt32LE(VERSION) > LAST_VERSION_WITHOUT_DATA
    this.#data = hasData ? Number(file.readBigUInt64LE(DATA)) : after
    this.#entries = readDirectory(file, directory)
  }

  /** The paths of all files, in the order of the directory. Each begins with a slash. */
  get names(): string[] {
    return [...this.#entries.keys()].filter((name) => name.startsWith('/') && !name.endsWith('/'))
  }

  /** Reads a file; null if there is no file with this path. Throws `Corrupt` if it is damaged. */
  read(name: string): Buffer | null {
    const entry = this.#entries.get(name)
    if (!entry) return null
    if (entry.section === 0) return this.#raw(entry)
    this.#packed ??= this.#openPacked()
    return this.#packed.read(entry)
  }

  #raw({ length, offset }: ChmEntry): Buffer {
    return this.#file.subarray(this.#data + offset, this.#data + offset + length)
  }

  #openPacked(): PackedPart {
    const [control, resets, content] = [CONTROL, RESETS, CONTENT].map((name) => {
      const entry = this.#entries.get(name)
      if (!entry) throw new CoreError('Corrupt', 'its pages have no description of how they are packed')
      return this.#raw(entry)
    })
    return new PackedPart(control!, resets!, content!)
  }
}

/** The packed part with the pages, and the positions where unpacking can begin. */
class PackedPart {
  readonly #content: Buffer
  readonly #offsets: readonly number[]
  readonly #total: number
  readonly #blockBytes: number
  readonly #frameBytes: number
  readonly #windowBits: number
  readonly #blocks = new Map<number, Buffer>()
  #unpacked = 0

  constructor(control: Buffer, resets: Buffer, content: Buffer) {
    const unit = control.readUInt32LE(8) > 1 ? UNIT : 1
    const interval = control.readUInt32LE(12) * unit
    this.#windowBits = Math.log2(control.readUInt32LE(16) * unit)
    const count = resets.readUInt32LE(4)
    const table = resets.readUInt32LE(12)
    this.#total = Number(resets.readBigUInt64LE(16))
    this.#frameBytes = Number(resets.readBigUInt64LE(32))
    this.#content = content
    const framesInBlock = Math.max(1, Math.floor(interval / this.#frameBytes))
    this.#blockBytes = framesInBlock * this.#frameBytes
    const isSound =
      this.#windowBits >= 15 && this.#windowBits <= 21 && this.#blockBytes > 0 && this.#blockBytes <= MAX_BLOCK_BYTES
    if (!isSound || this.#total > MAX_UNPACKED_BYTES || table + count * 8 > resets.length)
      throw new CoreError('Corrupt', 'the description of how its pages are packed is damaged')
    const starts = Array.from({ length: Math.ceil(count / framesInBlock) }, (_, i) => i * framesInBlock)
    this.#offsets = starts.map((frame) => Number(resets.readBigUInt64LE(table + 8 * frame)))
  }

  read({ length, offset }: ChmEntry): Buffer {
    if (offset + length > this.#total) throw new CoreError('Corrupt', 'a page in it is cut off')
    const parts: Buffer[] = []
    for (let at = offset; at < offset + length;) {
      const index = Math.floor(at / this.#blockBytes)
      const from = at - index * this.#blockBytes
      const part = this.#block(index).subarray(from, from + offset + length - at)
      if (part.length === 0) throw new CoreError('Corrupt', 'a page in it is cut off')
      parts.push(part)
      at += part.length
    }
    return Buffer.concat(parts)
  }

  #block(index: number): Buffer {
    const known = this.#blocks.get(index)
    if (known) return known
    const from = this.#offsets[index]
    if (from === undefined) throw new CoreError('Corrupt', 'a page in it is cut off')
    const size = Math.min(this.#blockBytes, this.#total - index * this.#blockBytes)
    this.#unpacked += size
    if (this.#unpacked > MAX_UNPACKED_BYTES) throw new CoreError('Corrupt', 'it unpacks to far more than a help file')
    const out = Buffer.alloc(size)
    const packed = this.#content.subarray(from, this.#offsets[index + 1] ?? this.#content.length)
    const options = { windowBits: this.#windowBits, frameBytes: this.#frameBytes }
    unpackLzx(packed, { out, start: 0, end: size }, options)
    this.#blocks.set(index, out)
    return out
  }
}

/** Reads the chunks with names (PMGL). The chunks with an index of the names are skipped. */
function readDirectory(file: Buffer, directory: number): Map<string, ChmEntry> {
  const start = directory + file.readUInt32LE(directory + ITSP_LENGTH)
  const chunkBytes = file.readUInt32LE(directory + CHUNK_BYTES)
  const count = file.readUInt32LE(directory + CHUNK_COUNT)
  const entries = new Map<string, ChmEntry>()
  for (let i = 0; i < count && entries.size < MAX_ENTRIES; i++) {
    const chunk = file.subarray(start + i * chunkBytes, start + (i + 1) * chunkBytes)
    if (chunkBytes < CHUNK_HEAD || chunk.length < chunkBytes) break
    if (chunk.toString('latin1', 0, 4) === 'PMGL') readChunk(chunk, entries)
  }
  return entries
}

function readChunk(chunk: Buffer, entries: Map<string, ChmEntry>): void {
  const end = chunk.length - chunk.readUInt32LE(CHUNK_UNUSED)
  let at = CHUNK_HEAD
  const number = () => {
    let value = 0
    for (;;) {
      const byte = chunk[at++] ?? 0
      value = value * 128 + (byte & 127)
      if (byte < 128 || at >= end) return value
    }
  }
  while (at < end && entries.size < MAX_ENTRIES) {
    const length = number()
    const name = chunk.toString('utf8', at, at + length)
    at += length
    entries.set(name, { section: number(), offset: number(), length: number() })
  }
}
