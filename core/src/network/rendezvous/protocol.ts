import { z } from 'zod'

/**
 * Length of a notice before it is sealed, in bytes. All notices have the same length, so that it reveals nothing. The
 * longest allowed addresses fit.
 */
export const PLAIN_BYTES = 2_048
export const NONCE_BYTES = 12
export const TAG_BYTES = 16

/** Length of a sealed notice, in bytes. */
export const NOTICE_BYTES = NONCE_BYTES + PLAIN_BYTES + TAG_BYTES
/** How long a rendezvous keeps a notice, in milliseconds: longer than one slot of the ids. */
export const NOTICE_MS = 20 * 60_000
/** Maximum number of notices, and of ids, in one request. */
export const MAX_PER_REQUEST = 64
/**
 * Maximum length of a request and of an answer, in bytes. Base64 turns three bytes into four characters, and each
 * notice also has an id and JSON around it.
 */
export const MAX_MESSAGE_BYTES = MAX_PER_REQUEST * (2 * NOTICE_BYTES)

/** The id by which a notice is found: a blinded id of discovery. */
export const NoticeId = z.string().regex(/^[0-9a-f]{32}$/)

const Sealed = z
  .base64()
  .length(4 * Math.ceil(NOTICE_BYTES / 3))
  .transform((text): Buffer => Buffer.from(text, 'base64'))
  .refine((bytes) => bytes.length === NOTICE_BYTES)

/** The request of a device to a rendezvous, and the answer. */
export const Question = z.object({
  put: z.array(z.object({ id: NoticeId, notice: Sealed })).max(MAX_PER_REQUEST),
  get: z.array(NoticeId).max(MAX_PER_REQUEST),
})
export const Answer = z.object({
  /** The number of accepted notices. It is less than the number sent if the rendezvous is full. */
  taken: z.int().min(0),
  found: z.array(z.object({ id: NoticeId, notice: Sealed })).max(MAX_PER_REQUEST),
})

/** The addresses of a device, sealed for devices that have the secret. */
export interface Notice {
  readonly id: string
  /** `NOTICE_BYTES` long. */
  readonly notice: Buffer
}
