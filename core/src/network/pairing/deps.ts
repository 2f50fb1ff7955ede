import type { PairingStatus } from '../../domain/index.ts'
import type { Logger } from '../../util/logger.ts'
import type { Transport } from '../transport/transport.ts'
import { DeviceCard, MAX_ADDRESSES, MAX_NAME } from '../registry/device-card.ts'
import type { PairingLimits } from './limits.ts'

/** The facts about this device for a pairing, and its signature. */
export interface PairingSelf {
  readonly card: DeviceCard
  /** Signs with the long-term key: Ed25519, 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** A device that has proved its key and that users on both sides have confirmed. */
export interface NewPairedDevice {
  readonly card: DeviceCard
  /** 32 bytes that only these two devices know, by which they find each other. */
  readonly discoverySecret: Uint8Array
}

/** The result of a successful pairing. */
export interface Paired {
  readonly device: DeviceCard
  /** False: this device has stored the other one, but the other did not report that it has stored this one. */
  readonly isAcknowledged: boolean
}

/** The places where a code is announced and found: the local network, a rendezvous. */
export interface PairingDiscovery {
  /** Lets devices with the secret find these addresses, until it is disposed. */
  announceCode(secret: Uint8Array, addresses: () => readonly string[]): Disposable
  /** Searches until it is disposed. Calls `onFound` each time it hears addresses. */
  findCode(secret: Uint8Array, onFound: (addresses: readonly string[]) => void): Disposable
}

export interface PairingDeps {
  /** Opens a separate endpoint with the key of this seed, for `spacedrive/pairing/1` only. */
  readonly openTransport: (seed: Uint8Array) => Promise<Transport>
  readonly self: () => PairingSelf
  /** Stores the device permanently. It replaces a device with the same id. */
  readonly store: (device: NewPairedDevice) => Promise<void>
  /** Undoes the last `store`. */
  readonly forget: (card: DeviceCard) => Promise<void>
  /** Null if there is no place to search. */
  readonly discovery: () => PairingDiscovery | null
  /** The URL of the relay that this device uses; null if none is set. */
  readonly relay: () => string | null
  readonly changed: (status: PairingStatus) => void
  readonly randomBytes: (count: number) => Uint8Array
  readonly now: () => number
  readonly log: Logger
  readonly limits: PairingLimits
}

/** The facts about this device, cut to the limits of the messages. */
export function describeSelf({ card }: PairingSelf): DeviceCard {
  return DeviceCard.parse({
    ...card,
    name: card.name.slice(0, MAX_NAME).toWellFormed(),
    addresses: card.addresses.slice(0, MAX_ADDRESSES),
  })
}

/** Whether the card is of this device or of one with the same id or key. */
export function isSelf(self: PairingSelf, { id, key }: DeviceCard): boolean {
  return id === self.card.id || key === self.card.key
}
