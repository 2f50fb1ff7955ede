import { z } from 'zod'
import { boundedArray } from '../../util/bounded-array.ts'
import type { MakeReply } from './sidecar-child.ts'

const bytes = (most: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length > 0 && value.length <= most)
const text = z.string().max(1_000)

/** The length of a BLAKE3 checksum. */
const CHECKSUM_BYTES = 32
/** Longest accepted thumbhash, in bytes; a real one has at most 25. */
const MAX_THUMBHASH_BYTES = 64
/** Limit on outputs for one content. */
const MAX_OUTPUTS = 100

const makeReplySchema = z.object({
  engine: z.object({ name: text, version: text }),
  findings: z
    .object({ thumbhash: bytes(MAX_THUMBHASH_BYTES).optional(), colour: z.int().min(0).max(0xffffff).optional() })
    .optional(),
  note: text.optional(),
  isUnfinished: z.boolean().optional(),
  outputs: boundedArray(
    z.object({
      variant: text,
      format: text,
      size: z.int().min(0),
      checksum: bytes(CHECKSUM_BYTES).refine(({ length }) => length === CHECKSUM_BYTES),
    }),
    MAX_OUTPUTS,
  ),
})

/** Throws if the reply is not valid: the process that sent it may have been taken over. */
export function parseMakeReply(reply: unknown): MakeReply {
  const { data, success } = makeReplySchema.safeParse(reply)
  if (!success) throw new Error('it does not describe what was made')
  return data as MakeReply
}
