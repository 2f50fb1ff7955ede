import { z } from 'zod'
import { ContentId, FileType, LibraryId, SidecarKind } from '../../domain/index.ts'
import { RECORD_BYTES, VARIANT } from '../../sidecars/index.ts'
import type { Protocol } from '../wire/protocol.ts'
import type { Question, Rpc } from '../wire/rpc.ts'

/** Sidecars asked about, and sent, at once. */
export const MAX_BATCH = 1_000
/** From so many sidecars of one library on a digest tells only what may be there. */
export const MAX_EXACT = 250_000
/** Kinds, variants and formats of one digest. */
export const MAX_GROUPS = 256
/** All bytes of one digest: those of a filter for ten times as many sidecars. */
export const MAX_DIGEST_BYTES = Math.max(MAX_EXACT * RECORD_BYTES, 16_777_216)
/** Bytes of one frame of a digest. */
export const CHUNK_BYTES = 1_000_000
/** How often what others have is asked for anew, in milliseconds. */
export const CADENCE_MS = 300_000
/** How long changes are collected before the others are told, in milliseconds. */
export const SETTLE_MS = 2_000
/** How soon what was said is written down, in milliseconds: megabytes a library, not with each change. */
export const SAVE_MS = 10_000
/** How long whoever is about to make something waits for what others are just saying, in milliseconds. */
export const HEARD_MS = 2_000

const CHECKSUM_BYTES = 32
/** Longest thumbhash that is taken; one has 25 bytes. */
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
  /** Of what was asked. */
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
  // A thousand answers with checksums, names and thumbhashes.
  maxFrameBytes: 1_048_576,
  maxStreams: 16,
  questions: {
    /** What that device has changed: whoever wants to know asks for the digest. */
    changed: { input: z.object({ library: LibraryId }), output: z.object({}) },
    /** Which of some it has, and all that is known of them. */
    who: {
      input: z.object({ library: LibraryId, items: z.array(Wanted).max(MAX_BATCH) }),
      output: z.object({ found: z.array(Found).max(4 * MAX_BATCH) }),
      deadlineMs: WHO_DEADLINE_MS,
    },
    /** What a content is of which it has a sidecar: its id is made of the hash. */
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

/** What a member has ready: a head, then the bytes of its groups one after the other. */
export const digestProtocol = {
  name: 'sidecar-digest',
  version: 1,
  maxFrameBytes: 1_048_576,
  maxStreams: 4,
} satisfies Protocol

const epoch = z.string().regex(/^[0-9a-f]{16}$/)

/** The question: all, or what has changed since a version of the same epoch. */
export const DigestAsked = z.object({
  library: LibraryId,
  since: z.object({ epoch, version: z.int().min(0) }).nullable(),
})

/**
 * `records`: 24 bytes each, by content id: the id, the size (u32, or 0xffffffff for that and more), 4 bytes of the
 * BLAKE3. `gone`: 16 bytes each, ids. `filter`: a Bloom filter of ids, see `filter.ts`.
 */
export const DigestGroup = z.object({
  kind: SidecarKind,
  variant,
  format,
  form: z.enum(['records', 'gone', 'filter']),
  /** Sidecars. */
  count: z.int().min(0),
  bytes: z.int().min(0).max(MAX_DIGEST_BYTES),
})
export type DigestGroup = z.infer<typeof DigestGroup>

export const DigestHead = z.union([
  z.object({ refused: z.string().max(1_000) }),
  z.object({
    epoch,
    version: z.int().min(0),
    /** In place of all that was said before; else on top of it. */
    full: z.boolean(),
    groups: z.array(DigestGroup).max(2 * MAX_GROUPS),
  }),
])

export const DigestChunk = z.object({ bytes: bytes((length) => length <= CHUNK_BYTES) })

/** What a transfer of sidecars is asked for with; the files are called by their place in the list. */
export const TransferSpec = z.object({
  library: LibraryId,
  items: z.array(Wanted.extend({ format })).min(1).max(MAX_BATCH),
})
