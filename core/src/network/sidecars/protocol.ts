import { z } from 'zod'
import { ContentId, FileType, LibraryId, SidecarKind } from '../../domain/index.ts'
import { RECORD_BYTES, VARIANT } from '../../sidecars/index.ts'
import type { Protocol } from '../wire/protocol.ts'
import type { Question, Rpc } from '../wire/rpc.ts'

/** Maximum number of sidecars in one question or transfer. */
export const MAX_BATCH = 1_000
/** With more sidecars than this in a library, a digest is only a filter. */
export const MAX_EXACT = 250_000
/** Maximum number of groups of one digest. A group is one kind, variant and format. */
export const MAX_GROUPS = 256
/** Maximum number of bytes of all groups of one digest; enough for a filter of 13 million sidecars. */
export const MAX_DIGEST_BYTES = Math.max(MAX_EXACT * RECORD_BYTES, 16_777_216)
/** Maximum number of bytes of one frame of a digest. */
export const CHUNK_BYTES = 1_000_000
/** How often all members are asked for their digests again, in milliseconds. */
export const CADENCE_MS = 300_000
/** How long changes are collected before other members are told, in milliseconds. */
export const SETTLE_MS = 2_000
/**
 * How long to wait before reported sidecars are saved, in milliseconds. Reports can be megabytes, so several are saved
 * together.
 */
export const SAVE_MS = 10_000
/** How long a device waits for digests that are on their way before it makes a sidecar itself, in milliseconds. */
export const HEARD_MS = 2_000

const CHECKSUM_BYTES = 32
/** Longest accepted thumbhash, in bytes; a real one has 25. */
const MAX_THUMBHASH = 64
const MAX_ENGINE = 200
const MAX_MIME = 200
const WHO_DEADLINE_MS = 10_000

const variant = z.string().regex(VARIANT)
const format = z.string().regex(/^[a-z0-9]{1,16}$/)

function bytes(check: (length: number) => boolean) {
  return z.custom<Uint8Array>((value) => value instanceof Uint8Array && check(value.length))
}

export const Wanted = z.object({ content: ContentId, kind: SidecarKind, variant })

const Found = z.object({
  /** The index of the item in the question. */
  index: z
    .int()
    .min(0)
    .max(MAX_BATCH - 1),
  format,
  size: z.int().min(0),
  checksum: bytes((length) => length === CHECKSUM_BYTES),
  engine: z.object({ name: z.string().max(MAX_ENGINE), version: z.string().max(MAX_ENGINE) }),
  recipe: z.int().min(0),
  thumbhash: bytes((length) => length <= MAX_THUMBHASH).nullable(),
  /** 0xRRGGBB */
  colour: z.int().min(0).max(0xff_ff_ff).nullable(),
})

/** Short questions about sidecars, between members of a library. */
export const sidecars = {
  name: 'sidecars',
  version: 1,
  // Enough for a thousand answers with checksums, names and thumbhashes.
  maxFrameBytes: 1_048_576,
  maxStreams: 16,
  questions: {
    /** The asking device has new or removed sidecars. The other device then asks for the digest. */
    changed: { input: z.object({ library: LibraryId }), output: z.object({}) },
    /** Asks which of the given sidecars the device has, and for facts about each. */
    who: {
      input: z.object({ library: LibraryId, items: z.array(Wanted).max(MAX_BATCH) }),
      output: z.object({ found: z.array(Found).max(4 * MAX_BATCH) }),
      deadlineMs: WHO_DEADLINE_MS,
    },
    /** The identity of a content for which the device has a sidecar. The content id is derived from the hash. */
    content: {
      input: z.object({ library: LibraryId, content: ContentId }),
      output: z
        .object({
          hash: bytes((length) => length === CHECKSUM_BYTES),
          hashVersion: z.int().min(1).max(2),
          size: z.int().min(0),
          type: FileType,
          mime: z.string().max(MAX_MIME).nullable(),
        })
        .nullable(),
      deadlineMs: WHO_DEADLINE_MS,
    },
  },
} satisfies Rpc<Record<string, Question>>

/** The digest of a member: a head, followed by the bytes of all groups. */
export const digestProtocol = {
  name: 'sidecar-digest',
  version: 1,
  maxFrameBytes: 1_048_576,
  maxStreams: 4,
} satisfies Protocol

const epoch = z.string().regex(/^[0-9a-f]{16}$/)

/** Asks for a complete digest, or for the changes since a version of the same epoch. */
export const DigestAsked = z.object({
  library: LibraryId,
  since: z.object({ epoch, version: z.int().min(0) }).nullable(),
})

/**
 * `records`: 24 bytes each, sorted by content id: the id, the size (u32, or 0xffffffff for that and more), 4 bytes of
 * the BLAKE3. `gone`: ids of 16 bytes each. `filter`: a Bloom filter of ids, see `filter.ts`.
 */
export const DigestGroup = z.object({
  kind: SidecarKind,
  variant,
  format,
  form: z.enum(['records', 'gone', 'filter']),
  /** Number of sidecars. */
  count: z.int().min(0),
  bytes: z.int().min(0).max(MAX_DIGEST_BYTES),
})
export type DigestGroup = z.infer<typeof DigestGroup>

export const DigestHead = z.union([
  z.object({ refused: z.string().max(1_000) }),
  z.object({
    epoch,
    version: z.int().min(0),
    /** True: the digest replaces all earlier ones. False: it contains only the changes. */
    full: z.boolean(),
    groups: z.array(DigestGroup).max(2 * MAX_GROUPS),
  }),
])

export const DigestChunk = z.object({ bytes: bytes((length) => length <= CHUNK_BYTES) })

/** The request for a transfer of sidecars. The transfer names each file by its index in the list. */
export const TransferSpec = z.object({
  library: LibraryId,
  items: z.array(Wanted.extend({ format })).min(1).max(MAX_BATCH),
})
