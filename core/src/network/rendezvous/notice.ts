import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { errorMessage } from '../../util/errors.ts'
import { Addresses } from '../registry/device-card.ts'

/**
 * Length of a notice before it is sealed, in bytes. It is the same for all, so that it reveals nothing. `Addresses` at
 * its limits fits.
 */
const PLAIN_BYTES = 2_048
const NONCE_BYTES = 12
const TAG_BYTES = 16
const LABEL = 'spacedrive/rendezvous/1'

/** Length of a sealed notice, in bytes. */
export const NOTICE_BYTES = NONCE_BYTES + PLAIN_BYTES + TAG_BYTES
/** Most notices, and most ids, in one request. */
export const MAX_PER_REQUEST = 64

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

/** Encrypts with AES-256-GCM, under a key derived from the secret. The result is bound to the id of the notice. */
export function seal(secret: Uint8Array, id: string, addresses: readonly string[]): Buffer {
  const text = Buffer.from(JSON.stringify(addresses), 'utf8')
  if (text.length > PLAIN_BYTES) throw new RangeError(`a notice of ${text.length} bytes`)
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), nonce)
  cipher.setAAD(Buffer.from(id, 'hex'))
  // JSON may end in spaces.
  const padded = Buffer.alloc(PLAIN_BYTES, ' ')
  text.copy(padded)
  return Buffer.concat([nonce, cipher.update(padded), cipher.final(), cipher.getAuthTag()])
}

/** The addresses of the other device. Throws if the notice was not made with this secret and this id. */
export function open(secret: Uint8Array, { id, notice }: Notice): string[] {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), notice.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(id, 'hex'))
  decipher.setAuthTag(notice.subarray(-TAG_BYTES))
  try {
    const text = Buffer.concat([decipher.update(notice.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    return Addresses.parse(JSON.parse(text.toString('utf8')))
  } catch (err) {
    throw new Error(`the notice ${id} is not of the device it is looked for: ${errorMessage(err)}`, { cause: err })
  }
}

function keyOf(secret: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, LABEL, 'notice', 32))
}
