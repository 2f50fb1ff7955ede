import { z } from 'zod'
import type { Protocol } from '../wire/protocol.ts'

/**
 * Files from one device to another. The receiving side opens a stream, says what it wants, and is told what that is; the
 * bytes go over a TLS connection of their own, or over the stream where none can be made. The stream stays open as long
 * as they do. Specified in docs/protocols/transfer.md.
 */
export const transferProtocol: Protocol = {
  name: 'transfer',
  version: 1,
  maxFrameBytes: 1_048_576,
  maxStreams: 16,
}

/** Items told in one message. */
export const PAGE_ITEMS = 1_000
/** Folders below each other, and the longest name of one, in bytes. */
const MAX_NAMES = 512
const MAX_NAME_BYTES = 1_024
export const MAX_ADDRESSES = 32
/** The largest file, in bytes: 2 TiB, the hashes of whose chunks still are one message. */
const MAX_FILE_BYTES = 2_199_023_255_552
/** Seconds since 1970 of the years 1 and 9999 bound what a time may be. */
const MAX_MTIME_MS = 253_402_300_799_999

const sessionKey = z.string().regex(/^[0-9a-f]{64}$/)
const channel = z.string().regex(/^[0-9a-f]{32}$/)
const address = z.string().max(64)

/** The first message, of the receiving side: what it wants. `kind` says who knows what `spec` means. */
export const Wanted = z.object({
  kind: z.string().max(32),
  spec: z.unknown(),
  /** Of the TLS key the receiving side uses for this transfer. */
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

/** The messages of the sending side: what there is, page by page, and then where its bytes are to be had. */
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
 * Then the receiving side says how the bytes come. Over the stream they follow as `{ bytes }`. `punch`: none of the
 * addresses answered, and it connects to the sending side from these ones when that says `Meeting`, at the same time as
 * that to it; it says then how that went.
 */
export const Chosen = z.discriminatedUnion('via', [
  z.object({ via: z.literal('tcp') }),
  z.object({ via: z.literal('stream') }),
  z.object({ via: z.literal('punch'), addresses: z.array(address).max(MAX_ADDRESSES) }),
])
export type Chosen = z.infer<typeof Chosen>

/** Where the sending side connects from, to meet the receiving one; none where that is of no use. */
export const Meeting = z.object({ addresses: z.array(address).max(MAX_ADDRESSES) })
export type Meeting = z.infer<typeof Meeting>
