import { CoreError, type ErrorCode, errorCodes } from '../../util/errors.ts'

/** Size of a chunk, which is requested, hashed and written as one. The last chunk of a file may be shorter. */
export const CHUNK_BYTES = 1_048_576
/** Longest error message, in bytes. */
const MAX_MESSAGE_BYTES = 1_000
export const HASH_BYTES = 32

/** A message of the receiving side. */
export type Request =
  /** A piece of a file, within one chunk. */
  | { readonly type: 'chunk'; readonly item: number; readonly offset: number; readonly length: number }
  /** The BLAKE3 of the whole file. */
  | { readonly type: 'full-hash'; readonly item: number }
  /** The BLAKE3 of each chunk of the file. */
  | { readonly type: 'chunk-hashes'; readonly item: number }

/** A message of the sending side. Replies come in the order of the requests. */
export type Reply =
  | {
      readonly type: 'chunk'
      readonly item: number
      readonly offset: number
      readonly hash: Uint8Array
      readonly bytes: Uint8Array
    }
  | { readonly type: 'full-hash'; readonly item: number; readonly hash: Uint8Array }
  | { readonly type: 'chunk-hashes'; readonly item: number; readonly hashes: Uint8Array }
  | { readonly type: 'failed'; readonly item: number; readonly code: ErrorCode; readonly message: string }

const types = { chunk: 1, 'full-hash': 2, 'chunk-hashes': 3, failed: 4 } as const

/** Layout, in big-endian: type u8 · item u32 · offset f64 · length u32. */
export const REQUEST_BYTES = 17
/**
 * Layout, in big-endian: type u8 · item u32 · offset f64 · length of the body u32. The body follows; for a chunk, it
 * is the hash and the bytes.
 */
export const REPLY_HEAD_BYTES = 17

/** Length of the chunk hashes of a file of 2 TiB. */
const MAX_HASHES_BYTES = 64 * CHUNK_BYTES

export function encodeRequest(request: Request): Uint8Array {
  const { item } = request
  const [offset, length] = request.type === 'chunk' ? [request.offset, request.length] : [0, 0]
  return encodeHead({ type: types[request.type], item, offset, length })
}

/** Throws `InvalidInput` for an invalid request. `bytes` has `REQUEST_BYTES`. */
export function decodeRequest(bytes: Uint8Array): Request {
  const { type, item, offset, length } = decodeHead(bytes)
  if (type === types['full-hash']) return { type: 'full-hash', item }
  if (type === types['chunk-hashes']) return { type: 'chunk-hashes', item }
  if (type !== types.chunk || !Number.isSafeInteger(offset) || offset < 0 || length > CHUNK_BYTES) {
    throw new CoreError('InvalidInput', 'the other device requested an invalid part of a file')
  }
  return { type: 'chunk', item, offset, length }
}

/** The head of a reply. The bytes of a file are a separate piece, so that they are not copied. */
export function encodeReply(reply: Reply): Uint8Array[] {
  const { item } = reply
  if (reply.type === 'chunk') {
    const { offset, hash, bytes } = reply
    const head = encodeHead({ type: types.chunk, item, offset, length: HASH_BYTES + bytes.length })
    return [Buffer.concat([head, hash]), bytes]
  }
  const body = bodyOf(reply)
  return [encodeHead({ type: types[reply.type], item, offset: 0, length: body.length }), body]
}

function bodyOf(reply: Exclude<Reply, { type: 'chunk' }>): Uint8Array {
  if (reply.type === 'full-hash') return reply.hash
  if (reply.type === 'chunk-hashes') return reply.hashes
  const message = Buffer.from(reply.message).subarray(0, MAX_MESSAGE_BYTES)
  return Buffer.concat([Buffer.from([errorCodes.indexOf(reply.code)]), message])
}

export interface ReplyHead {
  readonly type: Reply['type']
  readonly item: number
  readonly offset: number
  /** Length of the body. */
  readonly length: number
}

/**
 * Throws `InvalidInput` for an invalid head, before memory is allocated for the body. `bytes` has `REPLY_HEAD_BYTES`.
 */
export function decodeReplyHead(bytes: Uint8Array): ReplyHead {
  const { type, item, offset, length } = decodeHead(bytes)
  const name = replyNames.get(type)
  if (!name || length < least[name] || length > most[name] || !Number.isSafeInteger(offset) || offset < 0) {
    throw new CoreError('InvalidInput', 'the other device sent an invalid part of a file')
  }
  return { type: name, item, offset, length }
}

export function decodeReply({ type, item, offset }: ReplyHead, body: Uint8Array): Reply {
  switch (type) {
    case 'chunk':
      return { type, item, offset, hash: body.subarray(0, HASH_BYTES), bytes: body.subarray(HASH_BYTES) }
    case 'full-hash':
      return { type, item, hash: body }
    case 'chunk-hashes':
      return { type, item, hashes: body }
    case 'failed':
      return { type, item, code: errorCodes[body[0]!] ?? 'Internal', message: Buffer.from(body.subarray(1)).toString() }
  }
}

const replyNames: ReadonlyMap<number, Reply['type']> = new Map([
  [types.chunk, 'chunk'],
  [types['full-hash'], 'full-hash'],
  [types['chunk-hashes'], 'chunk-hashes'],
  [types.failed, 'failed'],
])
const least = { chunk: HASH_BYTES, 'full-hash': HASH_BYTES, 'chunk-hashes': 0, failed: 1 }
const most = {
  chunk: HASH_BYTES + CHUNK_BYTES,
  'full-hash': HASH_BYTES,
  'chunk-hashes': MAX_HASHES_BYTES,
  failed: 1 + MAX_MESSAGE_BYTES,
}

interface Head {
  readonly type: number
  readonly item: number
  readonly offset: number
  readonly length: number
}

function encodeHead({ type, item, offset, length }: Head): Buffer {
  const bytes = Buffer.allocUnsafe(REQUEST_BYTES)
  bytes.writeUInt8(type, 0)
  bytes.writeUInt32BE(item, 1)
  bytes.writeDoubleBE(offset, 5)
  bytes.writeUInt32BE(length, 13)
  return bytes
}

function decodeHead(bytes: Uint8Array): Head {
  const view = new DataView(bytes.buffer, bytes.byteOffset, REQUEST_BYTES)
  return { type: view.getUint8(0), item: view.getUint32(1), offset: view.getFloat64(5), length: view.getUint32(13) }
}
