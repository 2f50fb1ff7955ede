import { createHmac } from 'node:crypto'
import type { PeerKey } from '../../domain/index.ts'

/** Ids change this often, in milliseconds: nobody follows a device by them for longer. */
export const SLOT_MS = 15 * 60_000
/** How many slots two clocks may be apart. */
export const SLOT_TOLERANCE = 2
/** Bytes of an id: too many for two to be equal by chance, few enough for many to fit a packet. */
const ID_BYTES = 16
const LABEL = 'spacedrive/discovery/1'

export function slotAt(ms: number): number {
  return Math.floor(ms / SLOT_MS)
}

/** What a device says it is, to the one other device that has the secret; to all others it is noise. 32 hex digits. */
export function pairedId(secret: Uint8Array, { key, slot }: { key: PeerKey; slot: number }): string {
  return blind(secret, [`${LABEL} paired`, Buffer.from(key, 'hex'), bigEndian(slot)])
}

/** What a device with a pairing code says, to those who have the code. 32 hex digits. */
export function codeId(secret: Uint8Array, slot: number): string {
  return blind(secret, [`${LABEL} code`, bigEndian(slot)])
}

function blind(secret: Uint8Array, parts: readonly (string | Uint8Array)[]): string {
  const hmac = createHmac('sha256', secret)
  for (const part of parts) hmac.update(part)
  return hmac.digest().subarray(0, ID_BYTES).toString('hex')
}

function bigEndian(slot: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(slot))
  return bytes
}
