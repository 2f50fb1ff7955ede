import { createHmac } from 'node:crypto'
import type { PeerKey } from '../../domain/index.ts'

/** How long an id is used, in milliseconds. Observers can follow a device by its id for no longer than this. */
export const SLOT_MS = 15 * 60_000
/** Largest accepted difference between two clocks, in slots. */
export const SLOT_TOLERANCE = 2
/** Bytes of an id: enough that no two are equal by chance, few enough that many fit in a packet. */
const ID_BYTES = 16
const LABEL = 'spacedrive/discovery/1'

export function slotAt(ms: number): number {
  return Math.floor(ms / SLOT_MS)
}

/**
 * The id that a device announces to one paired device. Only the device with the secret can recognize it. 32 hex digits.
 */
export function pairedId(secret: Uint8Array, { key, slot }: { key: PeerKey; slot: number }): string {
  return blind(secret, [`${LABEL} paired`, Buffer.from(key, 'hex'), bigEndian(slot)])
}

/** The id that a device with a pairing code announces to devices that have the code. 32 hex digits. */
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
