import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import type { Blake3 } from '../../../util/blake3.ts'
import { CoreError, type ErrorCode } from '../../../util/errors.ts'
import { pathErrorCode } from '../../../util/path-error.ts'
import {
  CHUNK_BYTES,
  decodeRequest,
  encodeReply,
  HASH_BYTES,
  type Reply,
  type Request,
  REQUEST_BYTES,
} from '../../bulk/index.ts'
import { toldError } from '../../wire/told-error.ts'
import type { Hashers } from './hashers.ts'
import { isInPlace } from './in-place.ts'
import type { RateLimit } from './rate-limit.ts'
import type { OwnItem } from './walk-source.ts'

/** Maximum number of requests of one channel that wait for a reply. More are read when some have been answered. */
const MAX_WAITING = 4_096
/** Replies of small files are sent together up to this size, in bytes. */
const TOGETHER_BYTES = 262_144
/** Bytes of one write under a rate limit. */
const SLOW_PIECE_BYTES = 65_536
/** How long the other side may accept no data, in milliseconds. */
const STALL_MS = 60_000
/** Bytes that are hashed before other work in the thread may run. */
const HASHED_AT_ONCE = 16 * CHUNK_BYTES

export interface ServeDeps {
  readonly items: readonly OwnItem[]
  /** Computes the hashes of chunks. It can be used again after each call. */
  readonly blake3: Blake3
  readonly hashers: Hashers
  readonly limit: RateLimit
  /** Called with the number of file bytes sent since the last call. */
  readonly onSent: (bytes: number) => void
}

/** The file that is being read, with a hash of the bytes that were read in order from its start. */
interface OpenFile {
  readonly fd: number
  readonly item: number
  readonly size: number
  hasher: Blake3 | null
  hashedTo: number
}

/**
 * Answers the requests of the receiving side, in order, until it ends the connection. Reads only offered files, and
 * only while they are unchanged; a changed file is reported as changed.
 */
export async function serveFiles(channel: Duplex, deps: ServeDeps, signal: AbortSignal): Promise<void> {
  using files = new OpenFiles(deps)
  const requests = readRequests(channel)
  const onAbort = () => channel.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    let together: Uint8Array[] = []
    let bytes = 0
    for await (const request of requests) {
      const reply = await answer(request, files, deps)
      const pieces = encodeReply(reply)
      together.push(...pieces)
      bytes += pieces.reduce((sum, { length }) => sum + length, 0)
      if (reply.type === 'chunk') deps.onSent(reply.bytes.length)
      if (bytes < TOGETHER_BYTES && requests.hasMore()) continue
      await writeAll(channel, together, { limit: deps.limit, onWritten: (piece) => files.reuse(piece) })
      together = []
      bytes = 0
    }
    channel.end()
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function answer(request: Request, files: OpenFiles, deps: ServeDeps): Promise<Reply> {
  const { item } = request
  try {
    const file = await files.open(item)
    if (request.type === 'full-hash') return { type: 'full-hash', item, hash: await files.fullHash(file) }
    if (request.type === 'chunk-hashes') return { type: 'chunk-hashes', item, hashes: await files.chunkHashes(file) }
    const bytes = files.read(file, request)
    return { type: 'chunk', item, offset: request.offset, hash: deps.blake3.hash(bytes), bytes }
  } catch (err) {
    if (err instanceof CoreError) return { type: 'failed', item, ...toldError(err) }
    const code = pathErrorCode(err) ?? 'Internal'
    return { type: 'failed', item, code, message: sentences[code] ?? 'the other device cannot read it' }
  }
}

/**
 * The error message for each code. The message of a system error contains the path, which the other device must not
 * learn.
 */
const sentences: Partial<Record<ErrorCode, string>> = {
  NotFound: 'it is not there any more',
  PermissionDenied: 'the other device has no permission to read it',
}

/** Keeps one file open, because requests come file by file. */
class OpenFiles implements Disposable {
  readonly #deps: ServeDeps
  #current: OpenFile | null = null
  readonly #free: Buffer[] = []

  constructor(deps: ServeDeps) {
    this.#deps = deps
  }

  async open(index: number): Promise<OpenFile> {
    if (this.#current?.item === index) return this.#current
    this.#close()
    const item = this.#deps.items[index]
    if (item?.kind !== 'file') throw new CoreError('NotFound', 'this file was not offered')
    const fd = openSync(item.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    this.#current = { fd, item: index, size: item.size, hasher: null, hashedTo: 0 }
    if (!isInPlace(item.path, fd)) throw changed()
    this.#check(this.#current)
    // A small file has one chunk, whose hash covers it completely.
    if (item.size > CHUNK_BYTES) this.#current.hasher = await this.#deps.hashers.take()
    return this.#current
  }

  read(file: OpenFile, { offset, length }: { offset: number; length: number }): Uint8Array {
    const wanted = Math.min(length, Math.max(0, file.size - offset))
    const bytes = (wanted === CHUNK_BYTES ? this.#free.pop() : undefined) ?? Buffer.allocUnsafeSlow(wanted)
    for (let at = 0; at < wanted;) {
      const got = readSync(file.fd, bytes, at, wanted - at, offset + at)
      if (got === 0) throw changed()
      at += got
    }
    this.#check(file)
    if (file.hashedTo === offset && file.hasher) {
      file.hasher.update(bytes)
      file.hashedTo += wanted
    }
    return bytes
  }

  /** Keeps the buffer of a sent chunk for later chunks, because a new buffer costs as much time as reading a chunk. */
  reuse(bytes: Uint8Array): void {
    if (bytes.length === CHUNK_BYTES) this.#free.push(Buffer.from(bytes.buffer))
  }

  /** The hash of the whole file. Only the part that was not sent in order is read again. */
  async fullHash(file: OpenFile): Promise<Uint8Array> {
    file.hasher ??= await this.#deps.hashers.take()
    for (let turn = 0; file.hashedTo < file.size;) {
      turn += this.read(file, { offset: file.hashedTo, length: CHUNK_BYTES }).length
      if (turn % HASHED_AT_ONCE === 0) await new Promise(setImmediate)
    }
    const hash = file.hasher.finish()
    this.#close()
    return hash
  }

  async chunkHashes(file: OpenFile): Promise<Uint8Array> {
    const hashes = Buffer.alloc(Math.ceil(file.size / CHUNK_BYTES) * HASH_BYTES)
    for (let offset = 0, at = 0; offset < file.size; offset += CHUNK_BYTES, at += HASH_BYTES) {
      hashes.set(this.#deps.blake3.hash(this.read(file, { offset, length: CHUNK_BYTES })), at)
      if (offset % HASHED_AT_ONCE === 0) await new Promise(setImmediate)
    }
    return hashes
  }

  /** Throws if the file has changed after it was offered. */
  #check(file: OpenFile): void {
    const { inode, mtimeNs, size } = this.#deps.items[file.item]!
    const now = fstatSync(file.fd, { bigint: true })
    if (now.ino !== inode || now.mtimeNs !== mtimeNs || Number(now.size) !== size) throw changed()
  }

  #close(): void {
    if (!this.#current) return
    closeSync(this.#current.fd)
    if (this.#current.hasher) this.#deps.hashers.giveBack(this.#current.hasher)
    this.#current = null
  }

  [Symbol.dispose](): void {
    this.#close()
  }
}

function changed(): CoreError {
  return new CoreError('Conflict', 'the file changed on the sending device; send it again')
}

/** Parses requests as they arrive. While enough of them wait, the channel is not read. */
function readRequests(channel: Duplex): AsyncGenerator<Request> & { hasMore(): boolean } {
  let rest: Buffer = Buffer.alloc(0)
  const waiting: Request[] = []
  async function* read(): AsyncGenerator<Request> {
    for await (const piece of channel as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
      let at = 0
      for (; bytes.length - at >= REQUEST_BYTES; at += REQUEST_BYTES) {
        waiting.push(decodeRequest(bytes.subarray(at, at + REQUEST_BYTES)))
        // The channel is not read while a request is answered, so at most this many wait.
        if (waiting.length > MAX_WAITING) yield waiting.shift()!
      }
      rest = bytes.subarray(at)
      while (waiting.length > 0) yield waiting.shift()!
    }
  }
  return Object.assign(read(), { hasMore: () => waiting.length > 0 })
}

/**
 * Writes all pieces; without a rate limit as one batch, which is uncorked before the wait, because corked data is not
 * sent.
 */
async function writeAll(
  channel: Duplex,
  pieces: readonly Uint8Array[],
  { limit, onWritten }: { limit: RateLimit; onWritten: (piece: Uint8Array) => void },
): Promise<void> {
  if (limit.isOn) return writeSlowly(channel, pieces, limit)
  channel.cork()
  for (const piece of pieces) channel.write(piece, () => onWritten(piece))
  channel.uncork()
  if (channel.writableNeedDrain) await drained(channel)
}

/** Writes slowly, in small pieces: the line is used evenly, and the other side sees that data arrives. */
async function writeSlowly(channel: Duplex, pieces: readonly Uint8Array[], limit: RateLimit): Promise<void> {
  const all = Buffer.concat(pieces)
  for (let at = 0; at < all.length; at += SLOW_PIECE_BYTES) {
    const piece = all.subarray(at, at + SLOW_PIECE_BYTES)
    await limit.take(piece.length)
    channel.write(piece)
    if (channel.writableNeedDrain) await drained(channel)
  }
}

function drained(channel: Duplex): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onDrain = () => done(resolve)
  const onClose = () => done(() => reject(new CoreError('Unavailable', 'the connection ended')))
  const timer = setTimeout(
    () => done(() => reject(new CoreError('Timeout', 'the other device stopped reading'))),
    STALL_MS,
  )
  const done = (end: () => void) => {
    clearTimeout(timer)
    channel.off('drain', onDrain)
    channel.off('close', onClose)
    end()
  }
  channel.once('drain', onDrain)
  channel.once('close', onClose)
  if (channel.destroyed) onClose()
  return promise
}
