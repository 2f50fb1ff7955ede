import { z } from 'zod'
import type { Protocol } from '../wire/protocol.ts'

/**
 * Sends files from one device to another. The receiving side opens a stream and sends its request. The sending side
 * answers with a list of files. The bytes go over a separate TLS connection, or over the stream if no such connection
 * can be made. The stream stays open until the transfer ends. Specified in docs/protocols/transfer.md.
 */
export const transferProtocol: Protocol = {
  name: 'transfer',
  version: 1,
  maxFrameBytes: 1_048_576,
  maxStreams: 16,
}

/** Maximum number of items in one message. */
export const PAGE_ITEMS = 1_000
/** Maximum number of names in one path, folders and file together, and the longest name, in bytes. */
const MAX_NAMES = 512
const MAX_NAME_BYTES = 1_024
export const MAX_ADDRESSES = 32
/** The largest file, in bytes: 2 TiB. The hashes of all its chunks fit in one message. */
const MAX_FILE_BYTES = 2_199_023_255_552
/**
 * Upper limit on times: the end of the year 9999, in milliseconds since 1970. The lower limit is the start of the year
 * 1.
 */
const MAX_MTIME_MS = 253_402_300_799_999

const sessionKey = z.string().regex(/^[0-9a-f]{64}$/)
const channel = z.string().regex(/^[0-9a-f]{32}$/)
const address = z.string().max(64)

/** The request, the first message of the receiving side. `kind` selects the resolver that understands `spec`. */
export const Wanted = z.object({
  kind: z.string().max(32),
  spec: z.unknown(),
  /** The TLS key of the receiving side for this transfer. */
  key: sessionKey,
})

export const TransferItem = z.object({
  names: z.array(z.custom<Uint8Array>(isName)).min(1).max(MAX_NAMES),
  kind: z.enum(['file', 'directory']),
  size: z.int().min(0).max(MAX_FILE_BYTES),
  mtimeMs: z.number().min(-62_135_596_800_000).max(MAX_MTIME_MS),
  mode: z.int().min(0).max(0o777),
})

function isName(value: unknown): boolean {
  return value instanceof Uint8Array && value.length <= MAX_NAME_BYTES
}

/** The messages of the sending side: the items, page by page, and then the addresses for the bytes. */
export const Offered = z.discriminatedUnion('type', [
  z.object({ type: z.literal('refused'), code: z.string().max(32), message: z.string().max(1_000) }),
  z.object({ type: z.literal('items'), items: z.array(TransferItem).max(PAGE_ITEMS) }),
  z.object({
    type: z.literal('ready'),
    channel,
    key: sessionKey,
    addresses: z.array(address).max(MAX_ADDRESSES),
    leftOut: z.int().min(0),
  }),
])
export type Offered = z.infer<typeof Offered>

/**
 * How the bytes are sent, chosen by the receiving side. `stream`: they follow as `{ bytes }`. `punch`: none of the
 * addresses answered. When the sending side has sent `Meeting`, both sides connect to each other at the same time, the
 * receiving side from these addresses. It then sends `Chosen` again, with the result.
 */
export const Chosen = z.discriminatedUnion('via', [
  z.object({ via: z.literal('tcp') }),
  z.object({ via: z.literal('stream') }),
  z.object({ via: z.literal('punch'), addresses: z.array(address).max(MAX_ADDRESSES) }),
])
export type Chosen = z.infer<typeof Chosen>

/** The addresses from which the sending side connects after `punch`; empty if that would not help. */
export const Meeting = z.object({ addresses: z.array(address).max(MAX_ADDRESSES) })
export type Meeting = z.infer<typeof Meeting>
