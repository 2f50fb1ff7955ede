import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import type { ThreadDisk } from '../../../sources/user-disk.ts'
import type { Blake3 } from '../../../util/blake3.ts'
import { systemCode } from '../../../util/errors.ts'
import { CHUNK_BYTES, HASH_BYTES } from '../../bulk/index.ts'
import { createPart, reopenPart } from './place-file.ts'

/** Length of one line of the record: the chunk's number as u32, and its BLAKE3. */
const LINE_BYTES = 4 + HASH_BYTES

/**
 * Bytes of one write. For larger writes the kernel searches for equally large pieces of memory, which takes longer than
 * the write.
 */
const WRITE_BYTES = 262_144

/** Bytes after which written data is flushed in the background, so that the final flush is short. */
const FLUSH_BYTES = 67_108_864

export interface PartFileOptions {
  /** The path of the unfinished file, beside its target. */
  readonly path: Buffer
  /** The file that records the finished chunks. */
  readonly record: string
  readonly size: number
  readonly disk: ThreadDisk
}

/**
 * A large file that arrives in chunks. After each chunk, its number and hash are recorded, so a restart does not fetch
 * it again. When the file is opened, a chunk counts as finished only if its bytes still have the recorded hash.
 */
export class PartFile {
  readonly #options: PartFileOptions
  readonly #fd: number
  readonly #record: number
  readonly #has: Uint8Array
  #missing: number
  #unflushed = 0
  #flushing: Promise<void> | null = null
  #flushError: Error | null = null

  private constructor(options: PartFileOptions, of: { fd: number; record: number; has: Uint8Array }) {
    this.#options = options
    this.#fd = of.fd
    this.#record = of.record
    this.#has = of.has
    this.#missing = of.has.reduce((sum, has) => sum + (has ? 0 : 1), 0)
    // An earlier process wrote these bytes. It may have ended before they were on the disk.
    this.#unflushed = this.doneBytes
  }

  /** Opens the unfinished file, or creates it. */
  static async open(options: PartFileOptions, blake3: Blake3): Promise<PartFile> {
    const { disk, path, record, size } = options
    const fd = reopenPart(path, disk) ?? createPart(path, disk)
    const has = new Uint8Array(Math.ceil(size / CHUNK_BYTES))
    const known = readRecord(record)
    // If the unfinished file is new, the record belongs to an earlier file.
    if (fstatSync(fd).size === 0) known.clear()
    const bytes = Buffer.alloc(CHUNK_BYTES)
    for (const [chunk, hash] of known) {
      if (chunk >= has.length) continue
      const got = readSync(fd, bytes, 0, lengthOf(chunk, size), chunk * CHUNK_BYTES)
      if (Buffer.compare(blake3.hash(bytes.subarray(0, got)), hash) === 0) has[chunk] = 1
      await new Promise(setImmediate)
    }
    // The record is rewritten, because an incomplete line at its end would shift all lines after it.
    const lines = Buffer.concat(
      [...known].filter(([chunk]) => has[chunk] === 1).map(([chunk, hash]) => line(chunk, hash)),
    )
    const log = openSync(record, 'w+', 0o600)
    if (lines.length > 0) writeSync(log, lines)
    return new PartFile(options, { fd, record: log, has })
  }

  get isComplete(): boolean {
    return this.#missing === 0
  }

  has(chunk: number): boolean {
    return this.#has[chunk] === 1
  }

  /** Size of the finished chunks, in bytes. */
  get doneBytes(): number {
    const { size } = this.#options
    return this.#has.reduce((sum, has, chunk) => sum + (has ? lengthOf(chunk, size) : 0), 0)
  }

  /** Throws errors of the file system. */
  write(chunk: number, { bytes, hash }: { bytes: Uint8Array; hash: Uint8Array }): void {
    if (this.has(chunk)) return
    for (let at = 0; at < bytes.length;) {
      const length = Math.min(WRITE_BYTES, bytes.length - at)
      at += this.#options.disk.write(this.#fd, bytes, at, length, chunk * CHUNK_BYTES + at)
    }
    writeSync(this.#record, line(chunk, hash))
    this.#has[chunk] = 1
    this.#missing--
    this.#unflushed += bytes.length
    if (this.#unflushed >= FLUSH_BYTES && !this.#flushing) this.#flush()
  }

  /** The BLAKE3 of the bytes on the disk. They are read again, so a byte in the wrong place is found. */
  async fullHash(hasher: Blake3, signal: AbortSignal): Promise<Uint8Array> {
    const bytes = Buffer.alloc(CHUNK_BYTES)
    for (let at = 0; ; at += bytes.length) {
      const got = readSync(this.#fd, bytes, 0, bytes.length, at)
      if (got === 0) return hasher.finish()
      hasher.update(bytes.subarray(0, got))
      if (at % (HASHED_AT_ONCE * CHUNK_BYTES) === 0) await new Promise(setImmediate)
      signal.throwIfAborted()
    }
  }

  /** Marks all chunks as missing. */
  forget(): void {
    ftruncateSync(this.#record, 0)
    this.#has.fill(0)
    this.#missing = this.#has.length
  }

  /** Resolves when all bytes are on the disk. Throws errors of the file system, also those of earlier flushes. */
  async flushed(): Promise<void> {
    await this.#flushing
    if (this.#unflushed > 0) this.#flush()
    await this.#flushing
    if (this.#flushError) throw this.#flushError
  }

  /** Closes the file and keeps it, so that the transfer can continue later. */
  close(): void {
    const end = () => {
      closeSync(this.#fd)
      closeSync(this.#record)
    }
    if (this.#flushing) void this.#flushing.then(end)
    else end()
  }

  /** Never rejects: `flushed` throws the error. */
  #flush(): void {
    this.#unflushed = 0
    this.#flushing = new Promise((resolve) => {
      this.#options.disk.flush(this.#fd, (err) => {
        // Keep the error: the system reports a failed write only once.
        this.#flushError ??= err
        this.#flushing = null
        resolve()
      })
    })
  }
}

/** Chunks that are hashed before other work in the thread may run. */
const HASHED_AT_ONCE = 16

/** The size of a chunk; the last chunk of a file may be shorter. */
export function lengthOf(chunk: number, size: number): number {
  return Math.min(CHUNK_BYTES, size - chunk * CHUNK_BYTES)
}

function line(chunk: number, hash: Uint8Array): Buffer {
  const bytes = Buffer.alloc(LINE_BYTES)
  bytes.writeUInt32BE(chunk)
  bytes.set(hash, 4)
  return bytes
}

function readRecord(file: string): Map<number, Uint8Array> {
  const hashes = new Map<number, Uint8Array>()
  const bytes = readIfThere(file)
  for (let at = 0; at + LINE_BYTES <= bytes.length; at += LINE_BYTES) {
    hashes.set(bytes.readUInt32BE(at), bytes.subarray(at + 4, at + LINE_BYTES))
  }
  return hashes
}

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (err) {
    if (systemCode(err) === 'ENOENT') return Buffer.alloc(0)
    throw err
  }
}
