import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { errorMessage } from '../../util/errors.ts'
import { Addresses } from '../registry/device-card.ts'
import { NONCE_BYTES, type Notice, PLAIN_BYTES, TAG_BYTES } from './protocol.ts'

const LABEL = 'spacedrive/rendezvous/1'

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
    throw new Error(`the notice ${id} is not from the expected device: ${errorMessage(err)}`, { cause: err })
  }
}

function keyOf(secret: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, LABEL, 'notice', 32))
}
